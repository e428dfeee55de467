import ts from 'typescript';
import type { Finding, Link } from './analysis.js';
import type { Bundle } from './bundle.js';
import type { CallGraph, Edge, HazardSite } from './call-graph.js';
import { ruleOf, type Effect } from './effects.js';
import type { Entry } from './entry-units.js';
import { ignoresIn, type Ignore } from './ignores.js';
import { shown } from './paths.js';
import type { Unit } from './summary.js';
import { lineOf } from './syntax.js';

/** How a unit was first reached: from an entry at once, or over an edge. */
interface Reach {
  entry: Entry;
  via: Edge | undefined;
}

/** From a unit outside workflow-owned files: the next step on the shortest way to a hazard. */
type Next = { hazard: HazardSite } | { edge: Edge };

/**
 * Spreads one effect over the call graph: forward from the entries, and back from the hazards in shared code.
 *
 * Both are breadth-first over each edge once, so that cycles need no care, the first way found is a shortest one, and the
 * order in the source decides between equals.
 */
export class Propagation {
  readonly findings: ReadonlyMap<ts.SourceFile, readonly Finding[]>;
  private readonly used = new Set<Ignore>();
  private readonly ignores = new Map<ts.SourceFile, Map<number, Ignore[]>>();

  constructor(
    private readonly effect: Effect,
    private readonly graph: CallGraph,
    private readonly entries: readonly (readonly Entry[])[],
    private readonly bundle: Bundle,
    private readonly cwd: string,
  ) {
    const all = this.forward(false);
    this.markUsed(all);
    const live = this.used.size === 0 ? all : this.forward(true);
    this.findings = this.report(live);
  }

  unusedIgnores(file: ts.SourceFile): readonly Ignore[] {
    return ignoresIn(file).filter((ignore) => ignore.rule === ruleOf[this.effect] && !this.used.has(ignore));
  }

  private forward(cut: boolean): Map<Unit, Reach> {
    const reached = new Map<Unit, Reach>();
    for (const tier of this.entries) {
      const queue: Unit[] = [];
      const reach = (unit: Unit, how: Reach): void => {
        if (reached.has(unit) || (cut && this.isIgnored(unit.file, unitStart(unit)))) return;
        reached.set(unit, how);
        queue.push(unit);
      };
      for (const entry of tier) reach(entry.unit, { entry, via: undefined });
      for (let i = 0; i < queue.length; i += 1) {
        const unit = queue[i];
        const from = unit && reached.get(unit);
        if (unit === undefined || from === undefined) continue;
        for (const edge of this.graph.from(unit).edges) {
          if (!cut || !this.isIgnored(unit.file, edge.node.getStart()))
            reach(edge.to, { entry: from.entry, via: edge });
        }
      }
    }
    return reached;
  }

  /** A comment is used where a hazard would come through its line. */
  private markUsed(reached: ReadonlyMap<Unit, Reach>): void {
    const carriers = this.backward([...reached.keys()], () => true);
    for (const unit of carriers.keys()) {
      this.use(unit.file, unitStart(unit));
      const { edges, hazards } = this.graph.from(unit);
      for (const edge of edges) if (carriers.has(edge.to)) this.use(unit.file, edge.node.getStart());
      for (const hazard of hazards) if (hazard.effect === this.effect) this.use(unit.file, hazard.node.getStart());
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
      const { edges, hazards } = this.graph.from(unit);
      const hazard = hazards.find((h) => h.effect === this.effect && wanted(h.node));
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

  private report(reached: ReadonlyMap<Unit, Reach>): Map<ts.SourceFile, Finding[]> {
    const found = new Map<ts.SourceFile, Map<ts.Node, Finding>>();
    const isShared = (unit: Unit): boolean => this.bundle.ownershipOf(unit.file) === 'shared';
    const notIgnored = (node: ts.Node): boolean => !this.isIgnored(node.getSourceFile(), node.getStart());
    const leads = this.backward([...reached.keys()].filter(isShared), notIgnored);
    for (const [unit, reach] of reached) {
      if (isShared(unit)) continue;
      const { edges, hazards } = this.graph.from(unit);
      for (const hazard of hazards) {
        if (hazard.effect === this.effect && notIgnored(hazard.node))
          this.add(found, reached, reach, unit, hazard.node, [], hazard);
      }
      for (const edge of edges) {
        if (!leads.has(edge.to) || !notIgnored(edge.node)) continue;
        const way = follow(edge, leads);
        this.add(found, reached, reach, unit, edge.node, way.edges, way.hazard);
      }
    }
    return new Map([...found].map(([file, byNode]) => [file, [...byNode.values()]]));
  }

  private add(
    found: Map<ts.SourceFile, Map<ts.Node, Finding>>,
    reached: ReadonlyMap<Unit, Reach>,
    reach: Reach,
    unit: Unit,
    node: ts.Node,
    onward: readonly Edge[],
    hazard: HazardSite,
  ): void {
    const edges = [...pathTo(unit, reached), ...onward];
    const start = reach.entry.unit;
    const units = [start, ...edges.map((edge) => edge.to)];
    const chain = units.flatMap((step) => this.link(step, step === start ? reach.entry : undefined));
    chain.push({ name: hazard.label, ...this.place(hazard.unit.file, hazard.node.getStart()) });
    const spots = [
      ...units.map((step) => [step.file, unitStart(step)] as const),
      ...[...edges, hazard].map((at) => [at.node.getSourceFile(), at.node.getStart()] as const),
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
      ownership,
      withoutReason,
    };
    const byNode = found.get(unit.file) ?? new Map<ts.Node, Finding>();
    found.set(unit.file, byNode);
    const other = byNode.get(node);
    if (other === undefined || other.chain.length > chain.length) byNode.set(node, finding);
  }

  private link(unit: Unit, entry: Entry | undefined): readonly Link[] {
    const place = this.place(unit.file, unitStart(unit));
    if (unit.kind === 'module') return [{ name: `module ${place.file}`, ...place }];
    const name = entry?.name ?? unit.name;
    return name === undefined ? [] : [{ name, ...place }];
  }

  private place(file: ts.SourceFile, position: number): { file: string; line: number } {
    return { file: shown(this.cwd, file.fileName), line: lineOf(file, position) };
  }

  private isIgnored(file: ts.SourceFile, position: number): boolean {
    return this.ignoresAt(file, position).some((ignore) => ignore.reason !== '');
  }

  private ignoresAt(file: ts.SourceFile, position: number): readonly Ignore[] {
    let byLine = this.ignores.get(file);
    if (byLine === undefined) {
      byLine = new Map();
      for (const ignore of ignoresIn(file)) {
        if (ignore.rule === ruleOf[this.effect]) byLine.set(ignore.line, [...(byLine.get(ignore.line) ?? []), ignore]);
      }
      this.ignores.set(file, byLine);
    }
    return byLine.size === 0 ? [] : (byLine.get(lineOf(file, position)) ?? []);
  }
}

function unitStart(unit: Unit): number {
  if (unit.kind === 'module') return 0;
  const { name } = unit.node as Partial<ts.NamedDeclaration>;
  const named = name ?? (ts.isVariableDeclaration(unit.node.parent) ? unit.node.parent : unit.node);
  return named.getStart();
}

function pathTo(unit: Unit, reached: ReadonlyMap<Unit, Reach>): readonly Edge[] {
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
