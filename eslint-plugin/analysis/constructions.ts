import ts from 'typescript';
import type { Detector } from './detector.js';
import type { ReferentCode, Sink } from './referent-code.js';
import type { Referents } from './referents.js';
import { bare, isFunctionNode, type FunctionNode } from './syntax.js';
import { findNode } from './walk.js';

/** What runs where an instance is made, by `new` or by who is given the class. */
export class Constructions {
  constructor(
    private readonly referents: Referents,
    private readonly code: ReferentCode,
    private readonly detector: Detector,
  ) {}

  made(node: ts.NewExpression, sink: Sink): void {
    this.make(node.expression, node, node.arguments ?? [], sink);
  }

  /** `super()` with nothing, in a class that extends the language's own date. */
  superCalled(node: ts.Node, sink: Sink): void {
    const owner = ts.findAncestor(node, ts.isClassLike);
    if (owner !== undefined && this.extendsDate(owner)) {
      sink.hazards([{ effect: 'clock', label: 'new Date()' }], node);
    }
  }

  /** `Reflect.construct(Date, [])`; what `Reflect.apply()` calls is handed to it as a callback is. */
  reflected(node: ts.CallExpression, sink: Sink): void {
    const [target] = node.arguments;
    const isMade = this.referents
      .of(node.expression)
      .some((referent) => referent.kind === 'global' && referent.path === 'Reflect.construct');
    if (isMade && target !== undefined) this.make(target, node, givenList(node), sink);
  }

  /** `create(Clock)`, where `create` is a helper of the project that makes one. */
  handed(node: ts.Expression, call: ts.CallExpression, sink: Sink): void {
    const classes = this.referents.of(node).filter(({ kind }) => kind === 'class');
    const index = call.arguments.findIndex((argument) => bare(argument) === node);
    if (classes.length === 0 || index === -1) return;
    const isMade = this.referents
      .of(call.expression)
      .flatMap((referent) => this.code.of(referent, sink))
      .some((helper) => isFunctionNode(helper) && makesParameter(helper, index));
    if (!isMade) return;
    for (const referent of classes) if (referent.kind === 'class') sink.run(referent.node, call);
  }

  /** @param args What the constructor gets, where that can be seen. */
  private make(name: ts.Expression, node: ts.Expression, args: readonly ts.Expression[] | undefined, sink: Sink): void {
    const referents = this.referents.of(name);
    this.detector.used(referents, 'new', name, node, sink.hazards, args);
    for (const referent of referents) {
      if (referent.kind !== 'class') continue;
      sink.run(referent.node, node, args);
      if (args?.length === 0 && this.inheritsDateConstructor(referent.node)) {
        sink.hazards([{ effect: 'clock', label: `new ${name.getText()}()` }], node);
      }
    }
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
}

/** The arguments that a call hands on as a list: the last thing but one that `apply` and `Reflect.construct` take. */
export function givenList({ arguments: args }: ts.CallExpression): readonly ts.Expression[] | undefined {
  const list = args[1] && bare(args[1]);
  if (list === undefined) return [];
  return ts.isArrayLiteralExpression(list) ? list.elements : undefined;
}

/** Whether a function makes an instance of what it is given. */
function makesParameter(helper: FunctionNode, index: number): boolean {
  const name = helper.parameters[index]?.name;
  if (name === undefined || !ts.isIdentifier(name)) return false;
  const isIt = (node: ts.Expression | undefined): boolean => {
    const value = node && bare(node);
    return value !== undefined && ts.isIdentifier(value) && value.text === name.text;
  };
  const isMaking = (node: ts.Node): boolean =>
    (ts.isNewExpression(node) && isIt(node.expression)) ||
    (ts.isCallExpression(node) && node.expression.getText() === 'Reflect.construct' && isIt(node.arguments[0]));
  return findNode(helper, isMaking) !== undefined;
}
