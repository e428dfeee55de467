import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LintFinding } from './gather-lint';
import type { SourceWorkflow } from './workflow-types';

/** A finding, and the workflows that it is of; of all where that can't be told. */
export interface AttributedFinding extends LintFinding {
  workflows?: readonly string[];
}

/** Tells for each finding which workflows it is of: by where it stands, by its chain, by who uses what it stands in. */
export async function attributeFindings(
  findings: readonly LintFinding[],
  { folder, workflows }: { folder: string; workflows: readonly SourceWorkflow[] },
): Promise<AttributedFinding[]> {
  const texts = new Map<string, string>();
  for (const file of new Set(findings.map((finding) => join(folder, finding.file)))) {
    texts.set(file, await readFile(file, 'utf8').catch(() => ''));
  }
  return findings.map((finding) => {
    const of = workflowsOf(finding, { folder, workflows, text: texts.get(join(folder, finding.file)) ?? '' });
    return of.length === 0 ? finding : { ...finding, workflows: of };
  });
}

interface Source {
  folder: string;
  workflows: readonly SourceWorkflow[];
  text: string;
}

function workflowsOf({ file, line, chain }: LintFinding, { folder, workflows, text }: Source): string[] {
  const standsIn = (spot: { file: string; line: number }): string[] => {
    const path = join(folder, spot.file);
    const owner = workflows.find((one) => one.file === path && spot.line >= one.line && spot.line <= one.end);
    return owner ? [owner.name] : [];
  };
  const own = standsIn({ file, line });
  if (own.length > 0) return own;
  const names = workflows.map(({ name }) => name);
  const onTheWay = chain.flatMap((link) => [...standsIn(link), ...names.filter((name) => name === link.name)]);
  if (onTheWay.length > 0) return [...new Set(onTheWay)];
  const here = workflows.filter((one) => one.file === join(folder, file)).map(({ name }) => name);
  return usersOf(text, line).filter((name) => here.includes(name));
}

/** What the top of a file declares, with the text of each declaration. */
interface Declaration {
  names: string[];
  from: number;
  to: number;
  exported: boolean;
  text: string;
}

/** The declarations of a file that use, through others of it or not, what a line belongs to; none where others may too. */
function usersOf(text: string, line: number): string[] {
  const all = declarationsOf(text);
  const start = all.find(({ from, to }) => line >= from && line <= to);
  if (!start || start.exported || start.names.length === 0) return [];
  const used = new Set([start]);
  for (const one of used) {
    const mentions = new RegExp(`\\b(?:${one.names.join('|')})\\b`);
    for (const other of all) if (other.names.length > 0 && mentions.test(other.text)) used.add(other);
  }
  return [...used].flatMap(({ names }) => names);
}

function declarationsOf(text: string): Declaration[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) =>
    /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|const|let|var|class)\b/.test(line) ? [index] : [],
  );
  return starts.map((from, at) => {
    const to = starts[at + 1] ?? lines.length;
    const own = lines.slice(from, to).join('\n');
    const [, pattern] = /^(?:export\s+)?(?:const|let|var)\s*\{([^}]*)\}/.exec(own) ?? [];
    const [, name] =
      /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?|const|let|var|class)\s+(\w+)/.exec(own) ?? [];
    const names = pattern?.split(',').map((part) => (part.split('=')[0] ?? '').split(':').at(-1)?.trim() ?? '') ?? [
      name ?? '',
    ];
    return {
      names: names.filter((one) => /^\w+$/.test(one)),
      from: from + 1,
      to,
      exported: own.startsWith('export'),
      text: own,
    };
  });
}
