import ts from 'typescript';
import type { ReferentCode, Sink } from './referent-code.js';
import type { Referent, Referents } from './referents.js';
import { bare, memberOfType } from './syntax.js';

/** What runs though nobody calls it: members that the language asks an object for. */
export class ImpliedCalls {
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly referents: Referents,
    private readonly code: ReferentCode,
  ) {}

  /** A member that the language calls: of an iterator, or of what becomes a text. */
  member(node: ts.Expression, name: string, sink: Sink): void {
    sink.ask(name);
    if (!this.referents.hasMember(name)) return;
    const type = this.checker.getTypeAtLocation(node);
    if (!this.mayBeOwn(type)) return;
    const member = memberOfType(type, name);
    if (member !== undefined) this.runMember(member, node, sink);
  }

  /** What becomes a text or a number is asked by the first of these members that it has. */
  converted(node: ts.Expression, names: readonly string[], sink: Sink): void {
    const all = ['@@toPrimitive', ...names];
    for (const name of all) sink.ask(name);
    if (!all.some((name) => this.referents.hasMember(name))) return;
    const type = this.checker.getTypeAtLocation(bare(node));
    if (!this.mayBeOwn(type)) return;
    for (const name of all) {
      const member = this.referents.hasMember(name) ? memberOfType(type, name) : undefined;
      if (member === undefined || !this.isOwnMember(member)) continue;
      this.runMember(member, node, sink);
      return;
    }
  }

  /** `JSON.stringify(value)` calls each `toJSON()` that it comes by. */
  written(node: ts.CallExpression, sink: Sink): void {
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

  /** Each object has a `valueOf()` and a `toString()` of the language's. */
  private isOwnMember({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some((node) => !this.referents.modules.isOutside(node.getSourceFile()));
  }

  /** Texts, numbers and lists are nobody's own. */
  private mayBeOwn(type: ts.Type): boolean {
    if ((type.flags & ts.TypeFlags.Object) === 0 && !type.isUnionOrIntersection() && !type.isTypeParameter())
      return false;
    return !this.checker.isArrayLikeType(type);
  }

  private runMember(member: ts.Symbol, node: ts.Node, sink: Sink): void {
    const own = this.referents.ofSymbol(member);
    // An interface of the language's own: an `Iterable` may be any class that says it is one.
    const referents: readonly Referent[] = own.length > 0 ? own : [{ kind: 'signature', symbol: member }];
    for (const referent of referents) for (const target of this.code.of(referent, sink)) sink.run(target, node);
  }
}
