import ts from 'typescript';
import type { Finding } from './analysis.js';
import type { Bundle } from './bundle.js';
import type { CallGraph, Edge, HazardSite } from './call-graph.js';
import { chainOf, placeOf } from './chain.js';
import { ruleOf, type Effect } from './effects.js';
import type { Entry } from './entry-units.js';
import { ignoresIn, type Ignore } from './ignores.js';
import type { Unit } from './summary.js';
import { lineOf, unitStart } from './syntax.js';

/** How a unit was first reached: from an entry at once, or over an edge. */
export interface Reach {
  entry: Entry;
  via: Edge | undefined;
}

type Reached = ReadonlyMap<Unit, Reach>;

const none: readonly never[] = [];

/** From a unit outside workflow-owned files: the next step on the shortest way to a hazard. */
type Next = { hazard: HazardSite } | { edge: Edge };

/**
 * Everything that entries lead to, in tiers: a later one only counts for what no earlier one reaches.
 *
 * @param isCut Whether the way ends at a place.
 */
export function spread(
  graph: CallGraph,
  entries: readonly (readonly Entry[])[],
  isCut?: (file: ts.SourceFile, position: number) => boolean,
): Reached {
  const reached = new Map<Unit, Reach>();
  for (const tier of entries) {
    const queue: { unit: Unit; entry: Entry }[] = [];
    const reach = (unit: Unit, entry: Entry, via: Edge | undefined): void => {
      if (reached.has(unit) || isCut?.(unit.file, unitStart(unit)) === true) return;
      reached.set(unit, { entry, via });
      queue.push({ unit, entry });
    };
    for (const entry of tier) reach(entry.unit, entry, undefined);
    for (const { unit, entry } of queue) {
      for (const edge of graph.from(unit).edges) {
        if (isCut?.(unit.file, edge.node.getStart()) !== true) reach(edge.to, entry, edge);
      }
    }
  }
  return reached;
}

/**
 * Spreads one effect over the call graph: forward from the entries, and back from the hazards in shared code.
 *
 * Both are breadth-first over each edge once, so that cycles need no care, the first way found is a shortest one, and the
 * order in the source decides between equals.
 */
export class Propagation {
  private readonly live: Reached;
  private readonly findings = new Map<ts.SourceFile, readonly Finding[]>();
  /** From all units in shared files, once more than one file was asked about. */
  private leads: ReadonlyMap<Unit, Next> | undefined;
  private readonly used = new Set<Ignore>();
  private readonly ignores = new Map<ts.SourceFile, Map<number, Ignore[]>>();

  constructor(
    private readonly effect: Effect,
    private readonly graph: CallGraph,
    private readonly entries: readonly (readonly Entry[])[],
    /** What the entries lead to, comments aside: the same for all effects. */
    all: Reached,
    private readonly bundle: Bundle,
    private readonly cwd: string,
  ) {
    this.markUsed(all);
    this.live =
      this.used.size === 0 ? all : spread(graph, this.entries, (file, position) => this.isIgnored(file, position));
  }

  findingsIn(file: ts.SourceFile): readonly Finding[] {
    let known = this.findings.get(file);
    if (known === undefined) this.findings.set(file, (known = this.report(file)));
    return known;
  }

  unusedIgnores(file: ts.SourceFile): readonly Ignore[] {
    return ignoresIn(file).filter((ignore) => ignore.rule === ruleOf(this.effect) && !this.used.has(ignore));
  }

  /** A comment is used where a hazard would come through its line. */
  private markUsed(reached: Reached): void {
    if (!ignoredRules(reached).has(ruleOf(this.effect))) return;
    const carriers = this.backward([...reached.keys()], () => true);
    for (const unit of carriers.keys()) {
      this.use(unit.file, unitStart(unit));
      for (const edge of this.graph.from(unit).edges) {
        if (carriers.has(edge.to)) this.use(unit.file, edge.node.getStart());
      }
      for (const hazard of this.graph.hazards(unit, this.effect)) {
        this.use(unit.file, hazard.node.getStart());
        for (const edge of hazard.onward ?? []) this.use(edge.node.getSourceFile(), edge.node.getStart());
      }
    }
  }

  private use(file: ts.SourceFile, position: number): void {
    for (const ignore of this.ignoresAt(file, position)) this.used.add(ignore);
  }

  private backward(units: readonly Unit[], wanted: (node: ts.Node) => boolean): Map<Unit, Next> {
    const among = new Set(units);
    const incoming = new Map<Unit, Edge[]>();
    const next = new Map<Unit, Next>();
    const queue: Unit[] = [];
    for (const unit of units) {
      const { edges } = this.graph.from(unit);
      const hazard = this.graph.hazards(unit, this.effect).find((h) => wanted(h.node));
      if (hazard !== undefined) {
        next.set(unit, { hazard });
        queue.push(unit);
      }
      for (const edge of edges) {
        if (!among.has(edge.to) || !wanted(edge.node)) continue;
        const list = incoming.get(edge.to);
        if (list === undefined) incoming.set(edge.to, [edge]);
        else list.push(edge);
      }
    }
    for (let i = 0; i < queue.length; i += 1) {
      const unit = queue[i];
      for (const edge of (unit && incoming.get(unit)) ?? []) {
        if (next.has(edge.from)) continue;
        next.set(edge.from, { edge });
        queue.push(edge.from);
      }
    }
    return next;
  }

  private report(file: ts.SourceFile): readonly Finding[] {
    if (this.bundle.ownershipOf(file) === 'shared') return [];
    const units = unitsByFile(this.live).get(file);
    if (units === undefined) return none;
    const found = new Map<ts.Node, Finding>();
    const leads = this.leadsFrom(units);
    for (const unit of units) {
      const reach = this.live.get(unit);
      if (reach === undefined) continue;
      for (const hazard of this.graph.hazards(unit, this.effect)) {
        if (this.notIgnored(hazard.node) && (hazard.onward ?? []).every((edge) => this.notIgnored(edge.node)))
          this.add(found, reach, unit, hazard.node, [], hazard);
      }
      for (const edge of this.graph.from(unit).edges) {
        if (!leads.has(edge.to) || !this.notIgnored(edge.node)) continue;
        const way = follow(edge, leads);
        this.add(found, reach, unit, edge.node, way.edges, way.hazard);
      }
    }
    return found.size === 0 ? none : [...found.values()];
  }

  /** The ways from shared code to hazards: for the first file that is asked about, only of what it leads to. */
  private leadsFrom(units: readonly Unit[]): ReadonlyMap<Unit, Next> {
    if (this.leads !== undefined) return this.leads;
    const sharedOnes = (): readonly Unit[] => [...this.live.keys()].filter((unit) => this.isShared(unit));
    if (this.findings.size > 0) return (this.leads = this.backward(sharedOnes(), (node) => this.notIgnored(node)));
    const below = new Set<Unit>();
    for (const from of [units, below]) {
      for (const unit of from) {
        for (const { to } of this.graph.from(unit).edges) if (this.isShared(to)) below.add(to);
      }
    }
    if (below.size === 0) return new Map();
    const some = sharedOnes().filter((unit) => below.has(unit));
    return this.backward(some, (node) => this.notIgnored(node));
  }

  private isShared(unit: Unit): boolean {
    return this.bundle.ownershipOf(unit.file) === 'shared';
  }

  private notIgnored(node: ts.Node): boolean {
    return !this.isIgnored(node.getSourceFile(), node.getStart());
  }

  private add(
    found: Map<ts.Node, Finding>,
    reach: Reach,
    unit: Unit,
    node: ts.Node,
    onward: readonly Edge[],
    hazard: HazardSite,
  ): void {
    const edges = [...pathTo(unit, this.live), ...onward];
    const start = reach.entry.unit;
    const chain = chainOf(start, edges, hazard, this.cwd, reach.entry.name);
    const units = [start, ...edges.map((edge) => edge.to)];
    const spots = [
      ...units.map((step) => [step.file, unitStart(step)] as const),
      ...[...edges, ...(hazard.onward ?? []), hazard].map(
        (at) => [at.node.getSourceFile(), at.node.getStart()] as const,
      ),
    ];
    const withoutReason = spots
      .flatMap(([file, position]) => this.ignoresAt(file, position))
      .find((ignore) => ignore.reason === '');
    const ownership = this.bundle.ownershipOf(unit.file);
    const finding: Finding = {
      effect: this.effect,
      node,
      unit,
      entry: reach.entry,
      hazard,
      chain,
      spots: spots.map(([file, position]) => placeOf(file, position, this.cwd)),
      ownership,
      withoutReason,
    };
    const other = found.get(node);
    if (other === undefined || other.chain.length > chain.length) found.set(node, finding);
  }

  private isIgnored(file: ts.SourceFile, position: number): boolean {
    return this.ignoresAt(file, position).some((ignore) => ignore.reason !== '');
  }

  private ignoresAt(file: ts.SourceFile, position: number): readonly Ignore[] {
    let byLine = this.ignores.get(file);
    if (byLine === undefined) {
      byLine = new Map();
      for (const ignore of ignoresIn(file)) {
        if (ignore.rule === ruleOf(this.effect)) byLine.set(ignore.line, [...(byLine.get(ignore.line) ?? []), ignore]);
      }
      this.ignores.set(file, byLine);
    }
    return byLine.size === 0 ? [] : (byLine.get(lineOf(file, position)) ?? []);
  }
}

const ignored = new WeakMap<Reached, ReadonlySet<string>>();

/** The rules that comments in reached files name. */
function ignoredRules(reached: Reached): ReadonlySet<string> {
  let known = ignored.get(reached);
  if (known === undefined) {
    const files = unitsByFile(reached).keys();
    known = new Set([...files].flatMap((file) => ignoresIn(file).map(({ rule }) => rule)));
    ignored.set(reached, known);
  }
  return known;
}

const grouped = new WeakMap<Reached, ReadonlyMap<ts.SourceFile, readonly Unit[]>>();

/** The units of each file that workflows reach, in the order in which they do: mostly the same for all effects. */
function unitsByFile(reached: Reached): ReadonlyMap<ts.SourceFile, readonly Unit[]> {
  const known = grouped.get(reached);
  if (known !== undefined) return known;
  const found = new Map<ts.SourceFile, Unit[]>();
  for (const unit of reached.keys()) {
    const list = found.get(unit.file);
    if (list === undefined) found.set(unit.file, [unit]);
    else list.push(unit);
  }
  grouped.set(reached, found);
  return found;
}

function pathTo(unit: Unit, reached: Reached): readonly Edge[] {
  const edges: Edge[] = [];
  for (let via = reached.get(unit)?.via; via !== undefined; via = reached.get(via.from)?.via) edges.unshift(via);
  return edges;
}

function follow(edge: Edge, leads: ReadonlyMap<Unit, Next>): { edges: readonly Edge[]; hazard: HazardSite } {
  const edges = [edge];
  for (;;) {
    const next = leads.get(edges.at(-1)?.to ?? edge.to);
    if (next === undefined) throw new Error('A way that leads to a hazard has none at its end');
    if ('hazard' in next) return { edges, hazard: next.hazard };
    edges.push(next.edge);
  }
}
