import ts from 'typescript';
import type { Referents } from './referents.js';
import type { Reuse } from './reuse.js';
import { summaryOf } from './summary.js';
import { isFunctionNode, memberOfType, nameText, symbolName } from './syntax.js';

/** The code behind a member that an interface or a base class declares, within the workflow bundle. */
export class Implementations {
  private subclasses: Map<ts.Node, ts.ClassLikeDeclaration[]> | undefined;
  private objects: Map<string, ts.ObjectLiteralExpression[]> | undefined;

  constructor(
    private readonly files: ReadonlySet<ts.SourceFile>,
    private readonly checker: ts.TypeChecker,
    private readonly referents: Referents,
    private readonly reuse?: Reuse,
  ) {}

  /** The functions that a call of the member `symbol` may run. */
  of(symbol: ts.Symbol): readonly ts.Node[] {
    const owner = symbol.declarations?.[0]?.parent;
    if (owner === undefined) return [];
    const name = symbolName(symbol);
    const found = this.below(owner).flatMap((node) => this.memberCode(node.members, name));
    if (ts.isClassLike(owner)) return found;
    this.objects ??= this.indexObjects();
    for (const object of this.objects.get(name) ?? []) {
      if (this.contextualMember(object, name) === symbol.declarations?.[0]) {
        found.push(...this.memberCode(object.properties, name));
      }
    }
    return found;
  }

  /** The names of the members of a file's classes and objects that have code. */
  codeNames(file: ts.SourceFile): ReadonlySet<string> {
    const { classes, objects } = summaryOf(file);
    const found = new Set<string>();
    for (const members of [...classes.map((node) => node.members), ...objects.map((node) => node.properties)]) {
      for (const { name } of members) {
        const text = name && nameText(name);
        if (text !== undefined && !found.has(text) && this.memberCode([...members], text).length > 0) found.add(text);
      }
    }
    return found;
  }

  /** What an object's context declares by that name: to know it, the checker looks at all around the object. */
  private contextualMember(object: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
    const find = (): ts.Node | undefined => this.findContextualMember(object, name);
    return this.reuse === undefined ? find() : this.reuse.onceFor(object, `context ${name}`, find);
  }

  private findContextualMember(object: ts.ObjectLiteralExpression, name: string): ts.Node | undefined {
    const type = this.checker.getContextualType(object);
    // A table that may lack some of its keys has `undefined` among its types.
    return type && memberOfType(this.checker.getNonNullableType(type), name)?.declarations?.[0];
  }

  /** The code of the member `name`: a method, or a property that holds a function. */
  private memberCode(members: readonly (ts.ClassElement | ts.ObjectLiteralElementLike)[], name: string): ts.Node[] {
    const own = members.filter((member) => member.name !== undefined && nameText(member.name) === name);
    return own.flatMap((member): readonly ts.Node[] => {
      if (isFunctionNode(member)) return member.body === undefined ? [] : [member];
      const value = ts.isShorthandPropertyAssignment(member)
        ? member.name
        : ts.isPropertyAssignment(member) || ts.isPropertyDeclaration(member)
          ? member.initializer
          : undefined;
      if (value === undefined) return [];
      return this.referents.of(value).flatMap((referent) => (referent.kind === 'function' ? [referent.node] : []));
    });
  }

  private below(owner: ts.Node): readonly ts.ClassLikeDeclaration[] {
    this.subclasses ??= this.indexClasses();
    const found = new Set<ts.ClassLikeDeclaration>();
    const queue: ts.Node[] = [owner];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      for (const below of this.subclasses.get(node) ?? []) {
        if (!found.has(below)) queue.push(below);
        found.add(below);
      }
    }
    return [...found];
  }

  private indexClasses(): Map<ts.Node, ts.ClassLikeDeclaration[]> {
    const index = new Map<ts.Node, ts.ClassLikeDeclaration[]>();
    for (const file of this.files) {
      for (const node of summaryOf(file).classes) {
        for (const type of (node.heritageClauses ?? []).flatMap((clause) => clause.types)) {
          for (const above of this.declarationsOf(type.expression)) {
            const list = index.get(above);
            if (list === undefined) index.set(above, [node]);
            else list.push(node);
            this.inherit(above, node, index);
          }
        }
      }
    }
    return index;
  }

  /** An interface that extends another: its implementations are the other's too. */
  private inherit(
    above: ts.Node,
    node: ts.ClassLikeDeclaration,
    index: Map<ts.Node, ts.ClassLikeDeclaration[]>,
    depth = 0,
  ): void {
    if (!ts.isInterfaceDeclaration(above) || depth > 10) return;
    for (const type of (above.heritageClauses ?? []).flatMap((clause) => clause.types)) {
      for (const higher of this.declarationsOf(type.expression)) {
        index.set(higher, [...(index.get(higher) ?? []), node]);
        this.inherit(higher, node, index, depth + 1);
      }
    }
  }

  private declarationsOf(name: ts.Expression): readonly ts.Node[] {
    const find = (): readonly ts.Node[] => this.typeDeclarations(name);
    return this.reuse === undefined ? find() : this.reuse.onceFor(name, 'types', find);
  }

  private typeDeclarations(name: ts.Expression): readonly ts.Node[] {
    let symbol = this.checker.getSymbolAtLocation(name);
    if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0)
      symbol = this.checker.getAliasedSymbol(symbol);
    // A member of `type Clock = { … }` hangs below its type literal.
    return (symbol?.declarations ?? []).map((node) => (ts.isTypeAliasDeclaration(node) ? node.type : node));
  }

  private indexObjects(): Map<string, ts.ObjectLiteralExpression[]> {
    const index = new Map<string, ts.ObjectLiteralExpression[]>();
    for (const file of this.files) {
      for (const object of summaryOf(file).objects) {
        for (const property of object.properties) {
          const name = property.name && nameText(property.name);
          if (name === undefined) continue;
          const list = index.get(name);
          if (list === undefined) index.set(name, [object]);
          else list.push(object);
        }
      }
    }
    return index;
  }
}
