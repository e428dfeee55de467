import ts from 'typescript';
import { Detector, type Border } from './detector.js';
import { effects, type Effect } from './effects.js';
import type { Hazard } from './hazards.js';
import { Implementations } from './implementations.js';
import { mutationsIn } from './mutations.js';
import { patchHazards } from './patch-hazards.js';
import { shown, withoutEnding } from './paths.js';
import { reachability } from './reachable.js';
import { Referents } from './referents.js';
import { Registrations } from './registrations.js';
import type { Reuse } from './reuse.js';
import type { Settings } from './settings.js';
import { preloadedWrites } from './shared-state.js';
import { StepFinder, type Steps } from './steps.js';
import { summaryOf, type Unit } from './summary.js';
import { bare, declarationOf, isFunctionNode } from './syntax.js';
import { unlessTooDeep } from './too-deep.js';

/** A place in one unit that may run another. */
export interface Edge {
  from: Unit;
  to: Unit;
  node: ts.Node;
}

/** A place in a unit that is a hazard itself. */
export interface HazardSite extends Hazard {
  unit: Unit;
  node: ts.Node;
  /** The way from there to what makes it one: from a predicate to `patched()`. */
  onward?: readonly Edge[];
  /** What is written to, for a mutation. */
  target?: ts.Node;
}

export interface Outgoing {
  edges: readonly Edge[];
  hazards: readonly HazardSite[];
  borders: readonly Border[];
}

export interface CallGraphOptions {
  program: ts.Program;
  checker: ts.TypeChecker;
  /** The files whose code is followed. */
  files: ReadonlySet<ts.SourceFile>;
  settings: Settings;
  cwd: string;
  /** What the project has the bundler leave out. */
  ignored: readonly string[];
  /** The functions that workers run as activities: a call of one is a hazard, and its code is not followed. */
  activities: ReadonlySet<ts.Node>;
  /** Files whose state all workflows of a worker share. */
  preloaded: ReadonlySet<ts.SourceFile>;
  /** What was resolved for an earlier program. */
  reuse?: Reuse | undefined;
}

/** Where a unit leads, as long as its file and what that imports stay what they are. */
interface Resolved extends Steps {
  /** What of it counts, as long as the bundle and the activities that it was sorted by are the same. */
  sorted?: { era: object; outgoing: Outgoing };
}

/** What it takes the whole graph to see: one effect's hazards by unit, and which units were looked at and have none. */
interface Extra {
  find: (unit: Unit) => readonly HazardSite[];
  found: Map<Unit, readonly HazardSite[]>;
  /** Its bit in the marks of a unit. */
  bit: number;
}

/** A unit as the graph knows it; of its marks each says that it has no hazard of one `Extra`. */
interface Known {
  outgoing: Outgoing;
  marks: number;
}

const none: readonly never[] = [];
const nothing: Outgoing = { edges: none, hazards: none, borders: none };

/** Resolves what each unit leads to, once and only for the units that are asked for. */
export class CallGraph {
  readonly referents: Referents;
  readonly implementations: Implementations;
  readonly files: ReadonlySet<ts.SourceFile>;
  readonly registrations = new Registrations(this);
  private readonly steps: StepFinder;
  private readonly extra = new Map<Effect, Extra>();
  private readonly leading = new Map<Effect, (unit: Unit) => boolean>();
  private readonly known = new Map<Unit, Known>();
  private incoming: ReadonlyMap<Unit, readonly Edge[]> | undefined;
  private readonly checker: ts.TypeChecker;
  private readonly settings: Settings;
  /** The folder that paths are shown from. */
  readonly cwd: string;
  private readonly activities: ReadonlySet<ts.Node>;
  private readonly reuse: Reuse | undefined;

  constructor({ program, checker, files, settings, cwd, ignored, activities, preloaded, reuse }: CallGraphOptions) {
    const [members, accessors] = [new Set<string>(), new Set<string>()];
    for (const file of files) {
      for (const name of summaryOf(file).members) members.add(name);
      for (const name of summaryOf(file).accessors) accessors.add(name);
    }
    this.files = files;
    this.checker = checker;
    this.settings = settings;
    this.cwd = cwd;
    this.activities = activities;
    this.referents = new Referents(program, checker, members);
    this.addCheck('mutates', (unit) => mutationsIn(unit, checker));
    this.addCheck('patch', (unit) => patchHazards(unit, this));
    if (preloaded.size > 0) this.addCheck('shared-state', (unit) => preloadedWrites(unit, checker, preloaded));
    const implementations = (this.implementations = new Implementations(files, checker, this.referents, reuse));
    this.reuse = reuse;
    const names = [...[...members].map((name) => `m ${name}`), ...[...accessors].map((name) => `a ${name}`)];
    reuse?.bundled(files, new Set(names), (file) => implementations.codeNames(file));
    const typed = program.getCompilerOptions().noResolve !== true;
    const { referents } = this;
    const detector = new Detector(checker, referents, settings, { typed, ignored });
    this.steps = new StepFinder({ checker, referents, implementations, detector, accessors, ignored });
  }

  get analysed(): number {
    return this.known.size;
  }

  from(unit: Unit): Outgoing {
    return this.of(unit).outgoing;
  }

  private of(unit: Unit): Known {
    let known = this.known.get(unit);
    if (known === undefined) this.known.set(unit, (known = { outgoing: this.resolve(unit), marks: 0 }));
    return known;
  }

  /** The places that may run a unit. Asked once, it resolves every unit of the graph. */
  to(unit: Unit): readonly Edge[] {
    this.incoming ??= this.findIncoming();
    return this.incoming.get(unit) ?? [];
  }

  /** What a call, wherever it stands, may run. */
  edgesAt(call: ts.Node): readonly Edge[] {
    const around = ts.findAncestor(call.parent, (outer) => this.unitOf(outer) !== undefined);
    const unit = around && this.unitOf(around);
    return unit === undefined ? none : this.from(unit).edges.filter(({ node }) => node === call);
  }

  /** The places in a unit that have an effect. */
  hazards(unit: Unit, effect: Effect): readonly HazardSite[] {
    const known = this.of(unit);
    const { hazards } = known.outgoing;
    const found = hazards.length === 0 ? none : ofEffect(hazards, effect);
    const extra = this.extraHazards(unit, known, effect);
    return extra.length === 0 ? found : found.length === 0 ? extra : [...found, ...extra];
  }

  /** Tells of units whether they, or what they call, have an effect. */
  leadingTo(effect: Effect): (unit: Unit) => boolean {
    let known = this.leading.get(effect);
    if (known === undefined) {
      known = reachability(
        (unit) => this.calledBy(unit),
        (unit) => this.hazards(unit, effect).length > 0,
      );
      this.leading.set(effect, known);
    }
    return known;
  }

  /** The units that a unit runs. What a module does when it loads is done once, not by who calls. */
  *calledBy(unit: Unit): Iterable<Unit> {
    for (const { to } of this.from(unit).edges) if (to.kind !== 'module') yield to;
  }

  /** Has `find` say where a unit has an effect. */
  addCheck(effect: Effect, find: (unit: Unit) => readonly HazardSite[]): void {
    if (this.extra.size > 30) throw new Error('The marks of a unit are the bits of one number: give it a second one');
    this.extra.set(effect, { find, found: new Map<Unit, readonly HazardSite[]>(), bit: 1 << this.extra.size });
  }

  unitOf(node: ts.Node): Unit | undefined {
    const file = node.getSourceFile();
    return this.files.has(file) ? summaryOf(file).units.get(node) : undefined;
  }

  /** The units that a callback stands for: written in place, or named. */
  unitsOf(callback: ts.Node): readonly Unit[] {
    const node = ts.isExpression(callback) ? bare(callback) : callback;
    const own = this.unitOf(node);
    if (own !== undefined) return [own];
    if (!ts.isExpression(node)) return [];
    return this.referents
      .of(node)
      .flatMap((referent) => (referent.kind === 'function' ? [this.unitOf(referent.node)] : []))
      .filter((unit) => unit !== undefined);
  }

  /** Where a name is declared. */
  declarationOf(name: ts.Identifier): ts.Declaration | undefined {
    return declarationOf(name, this.checker);
  }

  /** Where the class or interface that a heritage clause names is declared. */
  typeDeclarations(name: ts.Expression): readonly ts.Declaration[] {
    const symbol = this.checker.getSymbolAtLocation(ts.isPropertyAccessExpression(name) ? name.name : name);
    const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    return (isAlias ? this.checker.getAliasedSymbol(symbol) : symbol)?.declarations ?? [];
  }

  private extraHazards(unit: Unit, known: Known, effect: Effect): readonly HazardSite[] {
    const extra = this.extra.get(effect);
    if (extra === undefined || (known.marks & extra.bit) !== 0) return none;
    let found = extra.found.get(unit);
    if (found !== undefined) return found;
    found = findExtra(extra, unit);
    if (found.length === 0) known.marks |= extra.bit;
    else extra.found.set(unit, found);
    return found;
  }

  private findIncoming(): ReadonlyMap<Unit, readonly Edge[]> {
    const incoming = new Map<Unit, Edge[]>();
    for (const file of this.files) {
      for (const unit of summaryOf(file).units.values()) {
        for (const edge of this.from(unit).edges) {
          const list = incoming.get(edge.to);
          if (list === undefined) incoming.set(edge.to, [edge]);
          else list.push(edge);
        }
      }
    }
    return incoming;
  }

  private resolve(unit: Unit): Outgoing {
    const resolved = this.resolved(unit);
    const era = this.reuse?.era;
    if (era !== undefined && resolved.sorted?.era === era) return resolved.sorted.outgoing;
    const outgoing = this.sort(unit, resolved);
    if (era !== undefined) resolved.sorted = { era, outgoing };
    return outgoing;
  }

  private sort(unit: Unit, { steps, borders }: Resolved): Outgoing {
    if (steps.length === 0) return borders.length === 0 ? nothing : { ...nothing, borders };
    const edges: Edge[] = [];
    const hazards: HazardSite[] = [];
    const take = (found: readonly Hazard[], node: ts.Node): void => {
      for (const hazard of found) hazards.push({ unit, node, ...hazard });
    };
    for (const step of steps) {
      if ('hazards' in step) {
        take(step.hazards, step.node);
        continue;
      }
      const { target, node } = step;
      const to = this.unitOf(target);
      if (to === undefined) continue;
      const fact = this.ownFact(to);
      if (fact === 'pure') continue;
      if (fact !== undefined) take(labelled(fact, `${to.name ?? ''}()`), node);
      else if (this.activities.has(target)) take(labelled(['activity'], `${to.name ?? 'activity'}()`), node);
      else edges.push({ from: unit, to, node });
    }
    return { edges, hazards, borders };
  }

  private resolved(unit: Unit): Resolved {
    const find = (): Resolved => this.steps.of(unit, (member) => this.reuse?.ask(unit.file, member));
    return this.reuse === undefined ? find() : this.reuse.onceFor(unit.node, 'resolved', find);
  }

  /** What the settings say of a function of the project itself, as `./lib/clock.ts#now`. */
  private ownFact(unit: Unit): 'pure' | readonly Effect[] | undefined {
    const { functions } = this.settings;
    if (functions.size === 0 || unit.name === undefined || !(isFunctionNode(unit.node) || unit.kind === 'wrapped'))
      return undefined;
    const path = `./${shown(this.cwd, unit.file.fileName)}`;
    const fact = functions.get(`${path}#${unit.name}`) ?? functions.get(`${withoutEnding(path)}#${unit.name}`);
    return fact === 'pure' ? fact : fact && effects.filter((effect) => fact.includes(effect));
  }
}

function findExtra(extra: Extra, unit: Unit): readonly HazardSite[] {
  return unlessTooDeep(() => extra.find(unit)) ?? none;
}

function ofEffect(hazards: readonly HazardSite[], effect: Effect): readonly HazardSite[] {
  return hazards.filter((hazard) => hazard.effect === effect);
}

function labelled(found: readonly Effect[], label: string): readonly Hazard[] {
  return found.map((effect) => ({ effect, label }));
}
