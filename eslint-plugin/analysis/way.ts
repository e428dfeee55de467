import type { CallGraph, Edge, HazardSite } from './call-graph.js';
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
 * @param find The hazards of a unit: `graph.hazards` of one effect, as a rule.
 */
export function wayFrom(
  start: Unit,
  graph: CallGraph,
  find: (unit: Unit, edges: readonly Edge[]) => HazardSite | undefined,
): Way | undefined {
  const via = new Map<Unit, Edge | undefined>([[start, undefined]]);
  const queue = [start];
  for (let i = 0; i < queue.length; i += 1) {
    const unit = queue[i];
    if (unit === undefined) break;
    const edges = edgesTo(unit, via);
    const hazard = find(unit, edges);
    if (hazard !== undefined) return { start, edges, hazard };
    for (const edge of graph.from(unit).edges) {
      // What a module does when it loads is done once, not by who calls.
      if (edge.to.kind === 'module' || via.has(edge.to)) continue;
      via.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  return undefined;
}

function edgesTo(unit: Unit, via: ReadonlyMap<Unit, Edge | undefined>): readonly Edge[] {
  const edges: Edge[] = [];
  for (let edge = via.get(unit); edge !== undefined; edge = via.get(edge.from)) edges.unshift(edge);
  return edges;
}
