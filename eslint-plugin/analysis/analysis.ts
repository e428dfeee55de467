import ts from 'typescript';
import { Bundle, type Ownership } from './bundle.js';
import { activityFunctions } from './activities.js';
import { CallGraph, type Edge, type HazardSite } from './call-graph.js';
import { chainOf, type Link, type Place } from './chain.js';
import { checks } from './checks/index.js';
import { checkNames } from './checks/names.js';
import { decidesByReplaying } from './checks/replaying.js';
import { World } from './checks/world.js';
import type { Effect } from './effects.js';
import { entryUnits, type Entry } from './entry-units.js';
import { ignoresIn, type Ignore } from './ignores.js';
import { Modules } from './modules.js';
import { leaves } from './mutations.js';
import { shown } from './paths.js';
import { Propagation, spread, type Reach } from './propagation.js';
import { Reuse } from './reuse.js';
import { findRoots, type Roots } from './roots.js';
import type { Settings } from './settings.js';
import { summaryOf, type Unit } from './summary.js';
import { lineOf } from './syntax.js';
import { wayFrom } from './way.js';
import { withWorkspaceSources } from './workspace.js';

/** A hazard that workflow code reaches, where it is reported. */
export interface Finding {
  effect: Effect;
  /** The hazard itself, or the call in workflow code that leads to it. */
  node: ts.Node;
  unit: Unit;
  entry: Entry;
  hazard: HazardSite;
  chain: readonly Link[];
  /** Each line that the way passes: functions, calls and the hazard. */
  spots: readonly Place[];
  ownership: Ownership;
  /** An ignore comment on the way that gives no reason. */
  withoutReason: Ignore | undefined;
}

/** A shortest way from a function to an effect. */
export interface EffectWay {
  hazard: HazardSite;
  chain: readonly Link[];
}

/** A function of a package, of which nothing is known, that workflow code calls. */
export interface LostCall {
  module: string;
  name: string;
  file: string;
  line: number;
}

/** Everything known of one program under one configuration; made on the first question. */
export class Analysis {
  readonly bundle: Bundle;
  /** With the sources of the workspace's packages, where they are not in it. */
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  private readonly modules: Modules;
  private readonly roots: Roots;
  private readonly reuse: Reuse | undefined;
  private bundled: CallGraph | undefined;
  private everywhere: CallGraph | undefined;
  private entries: readonly (readonly Entry[])[] | undefined;
  private workflowUnits: ReadonlySet<Unit> | undefined;
  private reached: ReadonlyMap<Unit, Reach> | undefined;
  private readonly propagations = new Map<Effect, Propagation>();

  constructor(
    given: ts.Program,
    private readonly settings: Settings,
    private readonly cwd: string,
    /** Names the settings and the folder: what an analysis under the same key found may still hold. */
    private readonly key: string,
  ) {
    const reuse = reuseOf(given, key);
    const program = withWorkspaceSources(given, reuse);
    this.program = program;
    this.checker = program.getTypeChecker();
    this.modules = new Modules(program, this.checker);
    this.roots = findRoots(program, this.checker, this.modules, settings, cwd);
    this.reuse = program === given ? reuse : reuseOf(program, `${key} linked`);
    this.reuse?.leaveOut(this.roots.ignored);
    this.bundle = new Bundle(program, this.modules, this.roots, cwd, this.reuse);
  }

  /** Calls between the files of the workflow bundle. */
  get graph(): CallGraph {
    this.bundled ??= this.graphOf(this.bundle.files, true);
    return this.bundled;
  }

  /** Calls between all files of the project: what activities do is asked here. */
  get projectGraph(): CallGraph {
    this.everywhere ??= this.graphOf(
      new Set(this.program.getSourceFiles().filter((file) => !this.modules.isOutside(file))),
      false,
    );
    return this.everywhere;
  }

  findings(file: ts.SourceFile, effect: Effect): readonly Finding[] {
    return this.bundle.files.has(file) ? this.propagation(effect).findingsIn(file) : [];
  }

  /** Whether workflow code runs what is written in a function, a class, or at the top of a module. */
  isReached(node: ts.Node): boolean {
    const unit = this.graph.unitOf(node);
    return unit !== undefined && this.everythingReached().has(unit);
  }

  /**
   * The shortest way from a function to an effect, over its calls.
   *
   * @param start A function, or an expression that names one.
   * @param inProject Whether to look in all files of the project, for an activity, or in those of the workflow bundle.
   */
  wayTo(start: ts.Node, effect: Effect, inProject = false): EffectWay | undefined {
    const graph = inProject ? this.projectGraph : this.graph;
    for (const unit of graph.unitsOf(start)) {
      const way = wayFrom(unit, graph, effect, (at, edges) =>
        graph.hazards(at, effect).find((hazard) => effect !== 'mutates' || counts(hazard, unit.node, edges)),
      );
      if (way !== undefined) return { hazard: way.hazard, chain: chainOf(unit, way.edges, way.hazard, this.cwd) };
    }
    return undefined;
  }

  /** The calls in workflow code of package functions that nothing is known of, in a stable order. */
  lostCalls(): readonly LostCall[] {
    return [...this.everythingReached().keys()].flatMap((unit) =>
      this.graph.from(unit).borders.map(({ module, name, node }) => ({
        module,
        name,
        file: shown(this.cwd, unit.file.fileName),
        line: lineOf(unit.file, node.getStart()),
      })),
    );
  }

  /** The ignore comments of a file for a rule that no hazard needs; unknown where the program has no workflow. */
  unusedIgnores(file: ts.SourceFile, effect: Effect): readonly Ignore[] {
    if (ignoresIn(file).length === 0 || this.bundle.files.size === 0) return [];
    // A file alone does not show what its imports do.
    if (this.program.getCompilerOptions().noResolve === true && importsOthers(file)) return [];
    return this.propagation(effect).unusedIgnores(file);
  }

  get functions(): number {
    return this.bundled?.analysed ?? 0;
  }

  private graphOf(files: ReadonlySet<ts.SourceFile>, isBundle: boolean): CallGraph {
    const { program, checker, settings, cwd, roots } = this;
    const activities = new Set<ts.Node>();
    const { ignored } = roots;
    const preloaded = this.bundle.closure(roots.preloaded);
    const reuse = isBundle ? this.reuse : this.reuseOfProject();
    const graph = new CallGraph({ program, checker, files, settings, cwd, ignored, activities, preloaded, reuse });
    if (!isBundle) return graph;
    for (const node of activityFunctions(program, checker, graph, reuse)) activities.add(node);
    reuse?.run(activities);
    const world = new World(
      graph,
      checker,
      program,
      () => this.projectGraph,
      (unit) => this.workflows.has(unit),
      () => this.everythingReached().keys(),
      settings.dedicatedQueues,
    );
    for (const name of checkNames) graph.addCheck(name, (unit) => checks[name](unit, world));
    graph.addCheck('clock-leak', (unit) => decidesByReplaying(unit, world));
    return graph;
  }

  /** Among all files a member has other implementations than in the bundle: what is found of the one is not for the other. */
  private reuseOfProject(): Reuse | undefined {
    if (this.reuse === undefined) return undefined;
    const reuse = reuseOf(this.program, `${this.key} project`);
    reuse?.leaveOut(this.roots.ignored);
    return reuse;
  }

  /** The workflow functions themselves. */
  private get workflows(): ReadonlySet<Unit> {
    this.everythingReached();
    return (this.workflowUnits ??= new Set((this.entries?.[0] ?? []).map(({ unit }) => unit)));
  }

  private everythingReached(): ReadonlyMap<Unit, Reach> {
    this.entries ??= entryUnits(this.roots, this.bundle, this.graph, this.reuse);
    return (this.reached ??= spread(this.graph, this.entries));
  }

  private propagation(effect: Effect): Propagation {
    let known = this.propagations.get(effect);
    if (known === undefined) {
      const reached = this.everythingReached();
      known = new Propagation(effect, this.graph, this.entries ?? [], reached, this.bundle, this.cwd);
      this.propagations.set(effect, known);
    }
    return known;
  }
}

/** A program of one file has no earlier one. */
function reuseOf(program: ts.Program, key: string): Reuse | undefined {
  const options = program.getCompilerOptions();
  if (options.noResolve === true) return undefined;
  const checker = program.getTypeChecker();
  return new Reuse(program, checker, new Modules(program, checker), `${key} ${JSON.stringify(options)}`);
}

/** A mutation counts where it can be seen outside the function asked about, and belongs to its own object. */
function counts(hazard: HazardSite, boundary: ts.Node, edges: readonly Edge[]): boolean {
  if (hazard.target === undefined || !ts.isClassLike(hazard.target)) return leaves(hazard, boundary);
  // `this` is the same object only as long as each call is one of `this`.
  return edges.every((edge) => edge.node.getText().startsWith('this.'));
}

function importsOthers(file: ts.SourceFile): boolean {
  return summaryOf(file).imports.some(
    (entry) => entry.live && !/^(@temporalio\/|longhaul\/)/.test(entry.specifier.text),
  );
}
