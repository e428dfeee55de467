import ts from 'typescript';
import {
  analysisOf,
  ruleOf,
  shown,
  type Analysis,
  type Effect,
  type Finding,
  type Ignore,
  type Link,
  type Place,
} from '../analysis/index.js';
import { messageOf } from './message.js';
import { dependsOnLonghaul } from './project.js';
import { replacementOf, type Replacement } from './replacement.js';

export { oneFileProgram } from '../analysis/index.js';

/** The shape of this module: it is loaded on demand. */
export type FileReports = typeof import('./file-reports.js');

export interface FileReport {
  start: number;
  end: number;
  text: string;
  chain: readonly Link[];
  spots: readonly Place[];
  replacement: Replacement | undefined;
}

/** What a rule has to say of one file. */
export function reportsOf(
  file: ts.SourceFile | undefined,
  program: ts.Program,
  effect: Effect,
  settings: Readonly<Record<string, unknown>>,
  cwd: string,
  path: string,
): { analysis: Analysis; reports: readonly FileReport[] } {
  const analysis = analysisOf(program, settings, cwd);
  if (file === undefined) return { analysis, reports: [] };
  const findings = analysis.findings(file, effect);
  const ignores = analysis.unusedIgnores(file, effect);
  // So it is for nearly all: each rule asks for each file.
  if (findings.length === 0 && ignores.length === 0) return { analysis, reports: nothing };
  return { analysis, reports: told(findings, ignores, program, effect, cwd, path) };
}

const nothing: readonly never[] = [];

function told(
  findings: readonly Finding[],
  ignores: readonly Ignore[],
  program: ts.Program,
  effect: Effect,
  cwd: string,
  path: string,
): readonly FileReport[] {
  const hasLonghaul = findings.length > 0 && dependsOnLonghaul(path);
  const reports = findings.map((finding): FileReport => {
    const text = messageOf(finding, hasLonghaul, ({ withoutReason }) =>
      withoutReason === undefined
        ? ''
        : `${shown(cwd, withoutReason.file.fileName)}:${lineAt(withoutReason.file, withoutReason.pos)}`,
    );
    const { node, chain, spots } = finding;
    return {
      start: node.getStart(),
      end: node.end,
      text,
      chain,
      spots,
      replacement: replacementOf(finding, program, hasLonghaul),
    };
  });
  const unused = ignores.map(({ pos, end }): FileReport => {
    const text = `This longhaul-ignore is not needed: nothing that ${ruleOf(effect)} looks for passes through its line. Remove it.`;
    return { start: pos, end, text, chain: [], spots: [], replacement: undefined };
  });
  return [...reports, ...unused];
}

function lineAt(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}
