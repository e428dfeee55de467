import ts from 'typescript';
import { Bundle, type Ownership } from './bundle.js';
import { CallGraph, type HazardSite } from './call-graph.js';
import type { Effect } from './effects.js';
import { entryUnits, type Entry } from './entry-units.js';
import type { Ignore } from './ignores.js';
import { Modules } from './modules.js';
import { Propagation } from './propagation.js';
import { findRoots, type Roots } from './roots.js';
import type { Settings } from './settings.js';
import { summaryOf, type Unit } from './summary.js';

/** A step of a chain from a workflow to a hazard. */
export interface Link {
  name: string;
  file: string;
  line: number;
}

/** A hazard that workflow code reaches, where it is reported. */
export interface Finding {
  effect: Effect;
  /** The hazard itself, or the call in workflow code that leads to it. */
  node: ts.Node;
  unit: Unit;
  entry: Entry;
  hazard: HazardSite;
  chain: readonly Link[];
  ownership: Ownership;
  /** An ignore comment on the way that gives no reason. */
  withoutReason: Ignore | undefined;
}

/** Everything known of one program under one configuration; made on the first question. */
export class Analysis {
  readonly bundle: Bundle;
  private readonly roots: Roots;
  private graph: CallGraph | undefined;
  private readonly propagations = new Map<Effect, Propagation>();

  constructor(
    private readonly program: ts.Program,
    private readonly settings: Settings,
    private readonly cwd: string,
  ) {
    const checker = program.getTypeChecker();
    const modules = new Modules(program, checker);
    this.roots = findRoots(program, checker, modules, settings, cwd);
    this.bundle = new Bundle(program, modules, this.roots, cwd);
  }

  findings(file: ts.SourceFile, effect: Effect): readonly Finding[] {
    return this.bundle.files.has(file) ? (this.propagation(effect).findings.get(file) ?? []) : [];
  }

  /** The ignore comments of a file for a rule that no hazard needs; unknown where the program has no workflow. */
  unusedIgnores(file: ts.SourceFile, effect: Effect): readonly Ignore[] {
    if (!file.text.includes('longhaul-ignore') || this.bundle.files.size === 0) return [];
    // A file alone does not show what its imports do.
    if (this.program.getCompilerOptions().noResolve === true && importsOthers(file)) return [];
    return this.propagation(effect).unusedIgnores(file);
  }

  get functions(): number {
    return this.graph?.analysed ?? 0;
  }

  private propagation(effect: Effect): Propagation {
    let known = this.propagations.get(effect);
    if (known === undefined) {
      this.graph ??= new CallGraph(this.program, this.program.getTypeChecker(), this.bundle, this.settings, this.cwd);
      known = new Propagation(
        effect,
        this.graph,
        entryUnits(this.roots, this.bundle, this.graph),
        this.bundle,
        this.cwd,
      );
      this.propagations.set(effect, known);
    }
    return known;
  }
}

function importsOthers(file: ts.SourceFile): boolean {
  return summaryOf(file).imports.some(
    (entry) => entry.live && !/^(@temporalio\/|longhaul\/)/.test(entry.specifier.text),
  );
}
