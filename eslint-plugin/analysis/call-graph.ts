import ts from 'typescript';
import { Detector, type Border } from './detector.js';
import { effects, type Effect } from './effects.js';
import { isGivenAway } from './given-away.js';
import type { Hazard, Use } from './hazards.js';
import { Implementations } from './implementations.js';
import { mutationsIn } from './mutations.js';
import { patchHazards } from './patch-hazards.js';
import { shown, withoutEnding } from './paths.js';
import { reachability } from './reachable.js';
import { Referents, type Referent } from './referents.js';
import type { Reuse } from './reuse.js';
import type { Settings } from './settings.js';
import { preloadedWrites } from './shared-state.js';
import { summaryOf, type Site, type Unit } from './summary.js';
import { bare, isAccess, isFunctionNode, memberOfType, nameText, symbolName, type Access } from './syntax.js';
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

/** What a place in a unit leads to, before it is known what of it counts. */
type Step = { target: ts.Node; node: ts.Node } | { hazards: readonly Hazard[]; node: ts.Node };

/** A unit's steps and borders: all that the checker has to be asked for. */
interface Resolved {
  steps: readonly Step[];
  borders: readonly Border[];
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

/** Starts a workflow of its own from a function that only names it. */
const startsChild = /^(executeChild|startChild|makeContinueAsNewFunc|continueAsNew)$/;

/** Resolves what each unit leads to, once and only for the units that are asked for. */
export class CallGraph {
  readonly referents: Referents;
  readonly files: ReadonlySet<ts.SourceFile>;
  private readonly implementations: Implementations;
  private readonly detector: Detector;
  private readonly extra = new Map<Effect, Extra>();
  private readonly leading = new Map<Effect, (unit: Unit) => boolean>();
  private readonly known = new Map<Unit, Known>();
  private incoming: ReadonlyMap<Unit, readonly Edge[]> | undefined;
  private readonly accessors = new Set<string>();
  private readonly checker: ts.TypeChecker;
  private readonly settings: Settings;
  private readonly cwd: string;
  private readonly ignored: readonly string[];
  private readonly activities: ReadonlySet<ts.Node>;
  private readonly reuse: Reuse | undefined;

  constructor({ program, checker, files, settings, cwd, ignored, activities, preloaded, reuse }: CallGraphOptions) {
    const members = new Set<string>();
    for (const file of files) {
      for (const name of summaryOf(file).members) members.add(name);
      for (const name of summaryOf(file).accessors) this.accessors.add(name);
    }
    this.files = files;
    this.checker = checker;
    this.settings = settings;
    this.cwd = cwd;
    this.ignored = ignored;
    this.activities = activities;
    this.referents = new Referents(program, checker, members);
    this.addCheck('mutates', (unit) => mutationsIn(unit, checker));
    this.addCheck('patch', (unit) => patchHazards(unit, this));
    if (preloaded.size > 0) this.addCheck('shared-state', (unit) => preloadedWrites(unit, checker, preloaded));
    this.implementations = new Implementations(files, checker, this.referents);
    this.reuse = reuse;
    const names = [...[...members].map((name) => `m ${name}`), ...[...this.accessors].map((name) => `a ${name}`)];
    reuse?.bundled(files, new Set(names), (file) => this.implementations.codeNames(file));
    const typed = program.getCompilerOptions().noResolve !== true;
    this.detector = new Detector(checker, this.referents, settings, { typed, ignored });
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

  /** The places in a unit that have an effect. */
  hazards(unit: Unit, effect: Effect): readonly HazardSite[] {
    const known = this.of(unit);
    const { hazards } = known.outgoing;
    const found = hazards.length === 0 ? none : hazards.filter((hazard) => hazard.effect === effect);
    const extra = this.extraHazards(unit, known, effect);
    return extra.length === 0 ? found : [...found, ...extra];
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

  /** Where a name is declared. */
  declarationOf(name: ts.Identifier): ts.Declaration | undefined {
    const symbol = ts.isShorthandPropertyAssignment(name.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(name.parent)
      : this.checker.getSymbolAtLocation(name);
    return symbol?.valueDeclaration;
  }

  private extraHazards(unit: Unit, known: Known, effect: Effect): readonly HazardSite[] {
    const extra = this.extra.get(effect);
    if (extra === undefined || (known.marks & extra.bit) !== 0) return none;
    let found = extra.found.get(unit);
    if (found !== undefined) return found;
    found = unlessTooDeep(() => extra.find(unit)) ?? none;
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
    if (this.reuse === undefined) return this.follow(unit);
    const kept = this.reuse.once(unit.file, 'resolved', () => new Map<Unit, Resolved>());
    let known = kept.get(unit);
    if (known === undefined) kept.set(unit, (known = this.follow(unit)));
    return known;
  }

  private follow(unit: Unit): Resolved {
    const steps: Step[] = [];
    const borders: Border[] = [];
    const take = (hazards: readonly Hazard[], node: ts.Node): void => {
      if (hazards.length > 0) steps.push({ hazards, node });
    };
    const sink: Sink = {
      run: (target, node) => {
        steps.push({ target, node });
      },
      hazards: take,
      border: (border) => {
        if (border !== undefined) borders.push(border);
      },
      ask: (member) => this.reuse?.ask(unit.file, member),
    };
    for (const site of unit.sites) {
      unlessTooDeep(() => {
        if (this.detector.isOutside(site.node, unit.file)) return;
        this.detector.site(site, take);
        this.site(site, sink);
      });
    }
    return { steps, borders };
  }

  private site(site: Site, sink: Sink): void {
    switch (site.kind) {
      case 'call':
        this.call(site.node, sink);
        return;
      case 'new':
        this.construct(site.node, sink);
        return;
      case 'mention':
        // A registration: a worker runs them.
        if (isGivenAs('activities', site.node) || isGivenAway(site.node, this.ignored, this.checker)) return;
        if (site.argumentOf === undefined || !this.onlyNames(site.node, site.argumentOf)) {
          this.used(site.node, 'mention', sink);
        }
        return;
      case 'access':
        this.access(site.node, site.declared, site.write, sink);
        return;
      case 'binding':
        this.binding(site.node, sink);
        return;
      case 'pattern':
        this.pattern(site.node, site.from, sink);
        return;
      case 'literal':
        if (!isGivenAway(site.node, this.ignored, this.checker)) sink.run(site.node, site.node);
        return;
      case 'heritage':
        for (const name of parentsOf(site.node)) {
          for (const referent of this.referents.of(name)) {
            if (referent.kind === 'class') sink.run(referent.node, site.node);
          }
        }
        return;
      case 'iterate':
        for (const name of site.isAsync ? ['@@asyncIterator', '@@iterator'] : ['@@iterator']) {
          this.implied(site.node, name, sink);
        }
        return;
      case 'using':
        for (const name of ['@@dispose', '@@asyncDispose']) this.implied(site.node, name, sink);
        return;
      case 'text':
        for (const name of ['@@toPrimitive', 'toString']) this.implied(site.node, name, sink);
        return;
      case 'load': {
        const file = this.referents.modules.resolve(site.node);
        if (file !== undefined) sink.run(file, site.node);
        return;
      }
      case 'wrapped':
        if (!this.referents.isCallable(site.node)) sink.run(site.node, site.node);
        return;
      default:
    }
  }

  private call(node: ts.CallExpression | ts.TaggedTemplateExpression, sink: Sink): void {
    const callee = ts.isCallExpression(node) ? node.expression : node.tag;
    const count = ts.isCallExpression(node) ? node.arguments.length : 1;
    if (this.namesBound(node, callee)) return;
    if (callee.kind !== ts.SyntaxKind.SuperKeyword) {
      this.used(callee, 'call', sink, node);
      if (ts.isCallExpression(node) && callee.getText() === 'JSON.stringify') this.written(node, sink);
      return;
    }
    const owner = ts.findAncestor(node, ts.isClassLike);
    if (count === 0 && owner !== undefined && this.extendsDate(owner)) {
      sink.hazards([{ effect: 'clock', label: 'new Date()' }], node);
    }
  }

  /** `const clock = Date.now.bind(Date)` runs nothing: its uses count. */
  private namesBound(node: ts.Node, callee: ts.Expression): boolean {
    const target = bare(callee);
    return ts.isVariableDeclaration(node.parent) && isAccess(target) && this.referents.memberName(target) === 'bind';
  }

  /** A member that the language calls: of an iterator, or of what becomes a text. */
  private implied(node: ts.Expression, name: string, sink: Sink): void {
    sink.ask(name);
    if (!this.referents.hasMember(name)) return;
    const type = this.checker.getTypeAtLocation(node);
    // Texts, numbers and lists are nobody's own.
    if ((type.flags & ts.TypeFlags.Object) === 0 && !type.isUnionOrIntersection() && !type.isTypeParameter()) return;
    if (this.checker.isArrayLikeType(type)) return;
    const member = memberOfType(type, name);
    if (member !== undefined) this.runMember(member, node, sink);
  }

  private runMember(member: ts.Symbol, node: ts.Node, sink: Sink): void {
    const own = this.referents.ofSymbol(member);
    // An interface of the language's own: an `Iterable` may be any class that says it is one.
    const referents: readonly Referent[] = own.length > 0 ? own : [{ kind: 'signature', symbol: member }];
    for (const referent of referents) for (const target of this.code(referent, sink)) sink.run(target, node);
  }

  /** `JSON.stringify(value)` calls each `toJSON()` that it comes by. */
  private written(node: ts.CallExpression, sink: Sink): void {
    sink.ask('toJSON');
    const [value] = node.arguments;
    if (value === undefined || !this.referents.hasMember('toJSON')) return;
    const seen = new Set<ts.Type>();
    const look = (type: ts.Type, depth: number): void => {
      if (seen.has(type) || depth > 3) return;
      seen.add(type);
      const member = type.getProperty('toJSON');
      if (member !== undefined) {
        this.runMember(member, node, sink);
        return;
      }
      if ((type.flags & ts.TypeFlags.Object) === 0) return;
      const parts = this.checker.isArrayType(type)
        ? this.checker.getTypeArguments(type as ts.TypeReference)
        : type.getProperties().map((property) => this.checker.getTypeOfSymbol(property));
      for (const part of parts) look(part, depth + 1);
    };
    look(this.checker.getTypeAtLocation(value), 0);
  }

  private construct(node: ts.NewExpression, sink: Sink): void {
    const count = node.arguments?.length ?? 0;
    this.used(node.expression, 'new', sink, node);
    for (const referent of this.referents.of(node.expression)) {
      if (referent.kind !== 'class') continue;
      sink.run(referent.node, node);
      if (count === 0 && this.inheritsDateConstructor(referent.node)) {
        sink.hazards([{ effect: 'clock', label: `new ${node.expression.getText()}()` }], node);
      }
    }
  }

  private used(expression: ts.Expression, use: Use, sink: Sink, at: ts.Node = expression): void {
    const referents = this.referents.of(expression);
    this.detector.used(referents, use, expression, at, sink.hazards);
    if (use === 'new') return;
    for (const referent of referents) {
      for (const target of this.code(referent, sink)) sink.run(target, at);
      if (use === 'call') sink.border(this.detector.border(referent, at));
    }
  }

  /** The functions that may run when a referent is called or handed on. */
  private code(referent: Referent, sink: Sink): readonly ts.Node[] {
    if (referent.kind === 'function') return [referent.node];
    if (referent.kind === 'signature') {
      sink.ask(symbolName(referent.symbol));
      return this.implementations.of(referent.symbol);
    }
    if (referent.kind !== 'object') return [];
    return referent.node.properties.flatMap((property): readonly ts.Node[] => {
      if (ts.isMethodDeclaration(property)) return [property];
      if (ts.isShorthandPropertyAssignment(property)) return this.functionsOf(property.name);
      return ts.isPropertyAssignment(property) ? this.functionsOf(property.initializer) : [];
    });
  }

  private functionsOf(expression: ts.Expression): readonly ts.Node[] {
    return this.referents.of(expression).flatMap((referent) => (referent.kind === 'function' ? [referent.node] : []));
  }

  private access(
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
    declared: boolean,
    write: boolean,
    sink: Sink,
  ): void {
    const name = this.referents.memberName(node);
    const mayBeAccessor = name !== undefined && this.accessors.has(name);
    if (declared && !mayBeAccessor) return;
    const unwanted = write ? ts.isGetAccessor : ts.isSetAccessor;
    const referents = this.referents.of(node);
    if (!declared) this.detector.used(referents, 'mention', node, node, sink.hazards);
    for (const referent of referents) {
      for (const target of this.code(referent, sink)) {
        if (!unwanted(target) && (!declared || ts.isAccessor(target))) sink.run(target, node);
      }
    }
  }

  private binding(node: ts.BindingElement, sink: Sink): void {
    const name = nameText(node.propertyName ?? node.name);
    if (name === undefined || !this.accessors.has(name)) return;
    const symbol = this.referents.boundMember(node);
    for (const declaration of symbol?.declarations ?? []) {
      if (ts.isGetAccessor(declaration)) sink.run(declaration, node);
    }
  }

  private pattern(node: ts.ObjectLiteralExpression, from: ts.Expression, sink: Sink): void {
    for (const property of node.properties) {
      const name = property.name && nameText(property.name);
      if (name === undefined) continue;
      this.detector.used(this.referents.ofMemberOf(from, name), 'mention', from, property, sink.hazards);
    }
  }

  /** Whether a call takes a function for its name alone: it is a workflow of its own, or goes to a log. */
  private onlyNames(node: ts.Expression, call: ts.CallExpression): boolean {
    const callee = bare(call.expression);
    if (/^console\.\w+$/.test(callee.getText())) return true;
    if (!ts.isIdentifier(callee) && !isAccess(callee)) return false;
    if (isAccess(callee) && this.isStartedByRun(callee)) return true;
    return this.referents.of(callee).some((referent) => {
      if (referent.kind !== 'package') return false;
      const name = referent.path.at(-1) ?? '';
      if (referent.module === '@temporalio/workflow') return startsChild.test(name);
      return referent.module === 'longhaul/recipes' && name === 'fanOutChildren' && isGivenAs('child', node);
    });
  }

  /** `run.startChild(scan)`, where `run` is what a `longRunning()` body gets. */
  private isStartedByRun(callee: Access): boolean {
    if (this.referents.memberName(callee) !== 'startChild') return false;
    const declared = this.referents.memberSymbol(callee)?.declarations?.[0]?.getSourceFile().fileName;
    if (declared !== undefined && /\/node_modules\/longhaul\//.test(declared)) return true;
    const base = bare(callee.expression);
    const parameter = ts.isIdentifier(base) ? this.declarationOf(base) : undefined;
    if (parameter === undefined || !ts.isParameter(parameter)) return false;
    const call = parameter.parent.parent;
    return ts.isCallExpression(call) && /longRunning$/.test(call.expression.getText());
  }

  private extendsDate(node: ts.ClassLikeDeclaration): boolean {
    const parent = this.referents.heritage(node);
    return parent !== undefined && this.referents.of(parent).some((r) => r.kind === 'global' && r.path === 'Date');
  }

  private inheritsDateConstructor(node: ts.ClassLikeDeclaration, depth = 0): boolean {
    if (depth > 20 || node.members.some(ts.isConstructorDeclaration)) return false;
    const parent = this.referents.heritage(node);
    if (parent === undefined) return false;
    return this.referents.of(parent).some((referent) => {
      if (referent.kind === 'class') return this.inheritsDateConstructor(referent.node, depth + 1);
      return referent.kind === 'global' && referent.path === 'Date';
    });
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

/** The classes that `extends` names: `Timestamped(Plain)` has two. */
function parentsOf(node: ts.Expression): readonly ts.Expression[] {
  const name = bare(node);
  return ts.isCallExpression(name) ? [name, ...name.arguments.flatMap(parentsOf)] : [name];
}

/** Whether a value is what an option of that name gets. */
function isGivenAs(name: string, node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return parent.name.text === name;
  return ts.isPropertyAssignment(parent) && parent.initializer === node && nameText(parent.name) === name;
}

function labelled(found: readonly Effect[], label: string): readonly Hazard[] {
  return found.map((effect) => ({ effect, label }));
}

interface Sink {
  run: (target: ts.Node, node: ts.Node) => void;
  hazards: (found: readonly Hazard[], node: ts.Node) => void;
  border: (border: Border | undefined) => void;
  /** A member whose implementations were asked for. */
  ask: (member: string) => void;
}
