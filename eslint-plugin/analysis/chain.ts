import type ts from 'typescript';
import type { Edge, HazardSite } from './call-graph.js';
import { shown } from './paths.js';
import type { Unit } from './summary.js';
import { lineOf, unitStart } from './syntax.js';

export interface Place {
  file: string;
  line: number;
}

/** A step of a chain from a workflow to a hazard. */
export interface Link extends Place {
  name: string;
}

/** The steps of a way as messages show it: where it starts, each function on it, and the hazard at its end. */
export function chainOf(
  start: Unit,
  edges: readonly Edge[],
  hazard: HazardSite,
  cwd: string,
  startName?: string,
): readonly Link[] {
  const units = [start, ...edges.map((edge) => edge.to), ...(hazard.onward ?? []).map((edge) => edge.to)];
  const links = units.flatMap((unit) => linkOf(unit, cwd, unit === start ? startName : undefined));
  return [...links, { name: hazard.label, ...placeOf(hazard.unit.file, hazard.node.getStart(), cwd) }];
}

function linkOf(unit: Unit, cwd: string, entryName: string | undefined): readonly Link[] {
  const place = placeOf(unit.file, unitStart(unit), cwd);
  if (unit.kind === 'module') return [{ name: `module ${place.file}`, ...place }];
  const name = entryName ?? unit.name;
  return name === undefined ? [] : [{ name, ...place }];
}

export function placeOf(file: ts.SourceFile, position: number, cwd: string): Place {
  return { file: shown(cwd, file.fileName), line: lineOf(file, position) };
}
