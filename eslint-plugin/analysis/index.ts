import type ts from 'typescript';
import { Analysis } from './analysis.js';
import { readSettings } from './settings.js';

export type { Analysis, EffectWay, Finding, LostCall } from './analysis.js';
export type { HazardSite } from './call-graph.js';
export type { Link, Place } from './chain.js';
export type { Effect } from './effects.js';
export type { CheckName } from './checks/names.js';
export { ruleOf } from './effects.js';
export type { Ignore } from './ignores.js';
export { oneFileProgram } from './one-file.js';
export { shown } from './paths.js';

const analyses = new WeakMap<ts.Program, Map<string, Analysis>>();

/** The one asked for last: each rule asks for it with the same settings, file after file. */
const latest = new WeakMap<ts.Program, { settings: object; cwd: string; analysis: Analysis }>();

/** The analysis of a program under `settings`, shared by all rules and files for as long as the program lives. */
export function analysisOf(program: ts.Program, settings: Readonly<Record<string, unknown>>, cwd: string): Analysis {
  const last = latest.get(program);
  if (last?.settings === settings && last.cwd === cwd) return last.analysis;
  let known = analyses.get(program);
  if (known === undefined) analyses.set(program, (known = new Map<string, Analysis>()));
  const key = JSON.stringify([cwd, settings['longhaul']]);
  let analysis = known.get(key);
  if (analysis === undefined) known.set(key, (analysis = new Analysis(program, readSettings(settings), cwd, key)));
  latest.set(program, { settings, cwd, analysis });
  return analysis;
}
