import type { CallGraph, Edge, HazardSite } from './call-graph.js';
import type { Effect } from './effects.js';
import type { Unit } from './summary.js';

/** A shortest way from a function to what it may do. */
export interface Way {
  start: Unit;
  edges: readonly Edge[];
  hazard: HazardSite;
}

/**
 * The shortest way from a unit to a hazard that is `wanted`; nothing where none leads there.
 *
 * @param effect What `find` looks for: only code that leads to it is searched.
 * @param find The hazards of a unit: `graph.hazards` of that effect, as a rule.
 */
export function wayFrom(
  start: Unit,
  graph: CallGraph,
  effect: Effect,
  find: (unit: Unit, edges: readonly Edge[]) => HazardSite | undefined,
): Way | undefined {
  const mayLead = graph.leadingTo(effect);
  if (!mayLead(start)) return undefined;
  const via = new Map<Unit, Edge | undefined>([[start, undefined]]);
  for (const unit of via.keys()) {
    const edges = edgesTo(unit, via);
    const hazard = find(unit, edges);
    if (hazard !== undefined) return { start, edges, hazard };
    for (const edge of graph.from(unit).edges) {
      // What a module does when it loads is done once, not by who calls.
      if (edge.to.kind === 'module' || via.has(edge.to) || !mayLead(edge.to)) continue;
      via.set(edge.to, edge);
    }
  }
  return undefined;
}

function edgesTo(unit: Unit, via: ReadonlyMap<Unit, Edge | undefined>): readonly Edge[] {
  const edges: Edge[] = [];
  for (let edge = via.get(unit); edge !== undefined; edge = via.get(edge.from)) edges.push(edge);
  return edges.reverse();
}
