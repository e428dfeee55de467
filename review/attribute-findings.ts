import { join, resolve } from 'node:path';
import type { LintFinding } from './gather-lint';
import { SourceReach } from './source-reach';
import type { Reach } from './source-reach';
import { workflowsIn } from './workflow-types';
import type { SourceWorkflow } from './workflow-types';

/** A finding, and the workflows that reach it; of all where that can't be told. */
export interface AttributedFinding extends LintFinding {
  workflows?: readonly string[];
}

export interface AttributeOptions {
  /** What the files of findings and roots are relative to. */
  folder: string;
  /** The workflows that findings may be of. */
  workflows: readonly SourceWorkflow[];
  /** Modules whose exports are workflows, or interceptors and converters, which run for all of them. */
  roots: readonly string[];
}

/** Tells for each finding which workflows it is of: by where it stands, by its chain, by who uses what it stands in. */
export async function attributeFindings(
  findings: readonly LintFinding[],
  { folder, workflows, roots }: AttributeOptions,
): Promise<AttributedFinding[]> {
  const source = new SourceReach();
  const reaches: [name: string, reach: Reach][] = [];
  for (const { name, declared, file } of workflows) reaches.push([name, await source.from(file, declared)]);
  const ofAll = await loadedForAll(
    roots.map((root) => resolve(folder, root)),
    source,
  );
  const attributed: AttributedFinding[] = [];
  for (const finding of findings) {
    const onItsWay = workflowsOnTheWay(finding, { folder, workflows });
    const of = onItsWay.length > 0 ? onItsWay : await workflowsReaching(finding, { folder, source, reaches, ofAll });
    attributed.push(of === undefined ? finding : { ...finding, workflows: of });
  }
  return attributed;
}

function workflowsOnTheWay(
  { file, line, chain }: LintFinding,
  { folder, workflows }: Omit<AttributeOptions, 'roots'>,
): string[] {
  const standsIn = (spot: { file: string; line: number }): string[] => {
    const path = join(folder, spot.file);
    const owner = workflows.find((one) => one.file === path && spot.line >= one.line && spot.line <= one.end);
    return owner ? [owner.name] : [];
  };
  const own = standsIn({ file, line });
  if (own.length > 0) return own;
  const names = workflows.map(({ name }) => name);
  return [...new Set(chain.flatMap((link) => [...standsIn(link), ...names.filter((name) => name === link.name)]))];
}

interface Source {
  folder: string;
  source: SourceReach;
  reaches: readonly (readonly [name: string, reach: Reach])[];
  ofAll: ReadonlySet<string>;
}

/** Those that use what it stands in, or else load its module, or else may do so for all that the text tells. */
async function workflowsReaching(
  { file, line }: LintFinding,
  { folder, source, reaches, ofAll }: Source,
): Promise<string[] | undefined> {
  const path = join(folder, file);
  const declaration = await source.at(path, line);
  const those = (is: (reach: Reach) => boolean): string[] => [
    ...new Set(reaches.flatMap(([name, reach]) => (is(reach) ? [name] : []))),
  ];
  const users = declaration ? those(({ declarations }) => declarations.has(declaration)) : [];
  if (users.length > 0) return users;
  if (ofAll.has(path)) return undefined;
  const loaders = those(({ files }) => files.has(path));
  return loaders.length > 0 ? loaders : those(({ open }) => open);
}

/** What interceptors and converters load: modules with no workflow in them, which run in each. */
async function loadedForAll(roots: readonly string[], source: SourceReach): Promise<Set<string>> {
  const files = new Set<string>();
  for (const root of roots) {
    if ((await workflowsIn([root])).workflows.length > 0) continue;
    for (const file of (await source.from(root)).files) files.add(file);
  }
  return files;
}
