import ts from 'typescript';
import { Constructions, givenList } from './constructions.js';
import type { Border, Detector } from './detector.js';
import { defaultsOf, isGiven } from './defaults.js';
import { isGivenAway } from './given-away.js';
import { lacking } from './globals.js';
import type { Hazard, Use } from './hazards.js';
import type { Implementations } from './implementations.js';
import { ImpliedCalls } from './implied-calls.js';
import { isGivenAs, onlyNames } from './names-only.js';
import { ReferentCode, type Sink } from './referent-code.js';
import type { Referents } from './referents.js';
import type { Site, Unit } from './summary.js';
import { bare, isAccess, nameText } from './syntax.js';
import { unlessTooDeep } from './too-deep.js';

/** What a place in a unit leads to, before it is known what of it counts. */
export type Step = { target: ts.Node; node: ts.Node } | { hazards: readonly Hazard[]; node: ts.Node };

/** All that the checker has to be asked for to know where a unit leads. */
export interface Steps {
  steps: readonly Step[];
  borders: readonly Border[];
}

export interface StepFinderOptions {
  checker: ts.TypeChecker;
  referents: Referents;
  implementations: Implementations;
  detector: Detector;
  /** The names of members that are accessors somewhere. */
  accessors: ReadonlySet<string>;
  /** What the project has the bundler leave out. */
  ignored: readonly string[];
}

/** Says what each place in a unit runs, and which hazard it is. */
export class StepFinder {
  private readonly checker: ts.TypeChecker;
  private readonly referents: Referents;
  private readonly detector: Detector;
  private readonly accessors: ReadonlySet<string>;
  private readonly ignored: readonly string[];
  private readonly code: ReferentCode;
  private readonly implied: ImpliedCalls;
  private readonly constructions: Constructions;

  constructor({ checker, referents, implementations, detector, accessors, ignored }: StepFinderOptions) {
    this.checker = checker;
    this.referents = referents;
    this.detector = detector;
    this.accessors = accessors;
    this.ignored = ignored;
    this.code = new ReferentCode(referents, implementations);
    this.implied = new ImpliedCalls(checker, referents, this.code);
    this.constructions = new Constructions(referents, this.code, detector);
  }

  /** @param ask Is told of each member whose implementations are asked for. */
  of(unit: Unit, ask: (member: string) => void): Steps {
    const steps: Step[] = [];
    const borders: Border[] = [];
    const take = (hazards: readonly Hazard[], node: ts.Node): void => {
      if (hazards.length > 0) steps.push({ hazards, node });
    };
    const sink: Sink = {
      run: (target, node, args) => {
        steps.push({ target, node });
        for (const one of defaultsOf(target)) if (!isGiven(one, args, this.checker)) steps.push({ target: one, node });
      },
      hazards: take,
      border: (border) => {
        if (border !== undefined) borders.push(border);
      },
      ask,
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
        this.constructions.made(site.node, sink);
        return;
      case 'mention':
        // A registration: a worker runs them.
        if (isGivenAs('activities', site.node) || isGivenAway(site.node, this.ignored, this.checker)) return;
        if (site.argumentOf === undefined || !onlyNames(site.node, site.argumentOf, this.referents, this.checker)) {
          this.used(site.node, 'mention', sink);
          if (site.argumentOf !== undefined) this.constructions.handed(site.node, site.argumentOf, sink);
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
          this.implied.member(site.node, name, sink);
        }
        return;
      case 'using':
        for (const name of ['@@dispose', '@@asyncDispose']) this.implied.member(site.node, name, sink);
        return;
      case 'text':
        this.implied.converted(site.node, site.hint === 'string' ? ['toString'] : ['valueOf', 'toString'], sink);
        return;
      case 'number':
        this.implied.converted(site.node, ['valueOf', 'toString'], sink);
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
      if (ts.isCallExpression(node)) this.constructions.reflected(node, sink);
      if (ts.isCallExpression(node) && callee.getText() === 'JSON.stringify') this.implied.written(node, sink);
      return;
    }
    if (count === 0) this.constructions.superCalled(node, sink);
  }

  /** `const clock = Date.now.bind(Date)` runs nothing: its uses count. */
  private namesBound(node: ts.Node, callee: ts.Expression): boolean {
    const target = bare(callee);
    return ts.isVariableDeclaration(node.parent) && isAccess(target) && this.referents.memberName(target) === 'bind';
  }

  private used(expression: ts.Expression, use: Use, sink: Sink, at: ts.Node = expression): void {
    const referents = this.referents.of(expression);
    const args = argumentsOf(at);
    this.detector.used(referents, use, expression, at, sink.hazards, args);
    for (const referent of referents) {
      // The members of an object are called by whoever gets it.
      const given = use === 'call' && referent.kind !== 'object' ? args : undefined;
      for (const target of this.code.of(referent, sink)) sink.run(target, at, given);
      if (use === 'call') sink.border(this.detector.border(referent, at));
    }
  }

  private access(
    node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
    declared: boolean,
    write: boolean,
    sink: Sink,
  ): void {
    const name = this.referents.memberName(node);
    if (name === undefined) this.lookedUp(node, sink);
    const mayBeAccessor = name !== undefined && this.accessors.has(name);
    if (declared && !mayBeAccessor) return;
    const unwanted = write ? ts.isGetAccessor : ts.isSetAccessor;
    const referents = this.referents.of(node);
    if (!declared) this.detector.used(referents, 'mention', node, node, sink.hazards, undefined);
    for (const referent of referents) {
      for (const target of this.code.of(referent, sink)) {
        if (!unwanted(target) && (!declared || ts.isAccessor(target))) sink.run(target, node);
      }
    }
  }

  /** `process.env[name]`: whatever the key, what lacks in the sandbox is used. */
  private lookedUp(node: ts.PropertyAccessExpression | ts.ElementAccessExpression, sink: Sink): void {
    const base = node.expression;
    const referents = this.referents
      .of(base)
      .filter((referent) => referent.kind === 'global' && lacking.has(referent.path.split('.')[0] ?? ''));
    this.detector.used(referents, 'mention', base, base, sink.hazards, undefined);
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
      this.detector.used(this.referents.ofMemberOf(from, name), 'mention', from, property, sink.hazards, undefined);
    }
  }
}

/** The classes that `extends` names: `Timestamped(Plain)` has two. */
function parentsOf(node: ts.Expression): readonly ts.Expression[] {
  const name = bare(node);
  return ts.isCallExpression(name) ? [name, ...name.arguments.flatMap(parentsOf)] : [name];
}

/** What is called or made gets; of `list.call(this, one)` what comes behind `this`. */
function argumentsOf(node: ts.Node): readonly ts.Expression[] | undefined {
  if (ts.isNewExpression(node)) return node.arguments ?? [];
  if (!ts.isCallExpression(node)) return undefined;
  const callee = bare(node.expression);
  const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : undefined;
  if (name === 'call') return node.arguments.slice(1);
  return name === 'apply' ? givenList(node) : node.arguments;
}
