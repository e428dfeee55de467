import ts from 'typescript';
import { assignmentOf, conversionsBy, numberOf, operationOf, unaryOf } from './conversions.js';
import type { Defaulted } from './defaults.js';
import { lacking } from './globals.js';
import { packageSite, SummaryDraft } from './summary-draft.js';
import { importOf, namedExports, reexportOf, requireOf } from './summary-imports.js';
import type { Import, Site, Summary, Unit } from './summary.js';
import {
  bare,
  isAccess,
  isAmbient,
  isFunctionNode,
  isStatic,
  isTransparent,
  nameText,
  requiredModule,
} from './syntax.js';
import type { Access, FunctionNode } from './syntax.js';

// What the compiler exports are getters: taken once, they cost nothing for each node.
const { SyntaxKind, forEachChild, isTypeNode } = ts;

interface Context {
  /** Whether a function here only gets a name: it runs where the name is used. */
  declared: boolean;
  argumentOf?: ts.CallExpression | undefined;
  /** Whether it stands under `typeof`, which looks at no value. */
  probed?: boolean;
}

/** Levels of the tree that are walked in one go. */
const deepest = 200;

const mentioned: Context = { declared: false };
const declared: Context = { declared: true };
const probed: Context = { declared: true, probed: true };

/** Walks a file once and sorts what may lead to other code into units. Types are passed over. */
export class SummaryBuilder {
  private readonly draft: SummaryDraft;
  private depth = 0;
  /** What is too deep in the tree to be walked in one go: the stack would not hold it. */
  private readonly deferred: { node: ts.Node; context: Context; unit: Unit }[] = [];

  private readonly take = (site: Site): void => {
    this.draft.unit.sites.push(site);
  };

  constructor(private readonly file: ts.SourceFile) {
    this.draft = new SummaryDraft(file);
  }

  build(): Summary {
    for (const statement of this.file.statements) this.visit(statement, mentioned);
    for (const { node, context, unit } of this.deferred) this.draft.within(unit, () => this.visit(node, context));
    return this.draft.done();
  }

  private children(node: ts.Node, context: Context = mentioned): void {
    forEachChild(node, (child) => this.visit(child, context));
  }

  private visit(node: ts.Node, context: Context): void {
    if (this.depth === deepest) {
      this.deferred.push({ node, context, unit: this.draft.unit });
      return;
    }
    this.depth += 1;
    this.visitNode(node, context);
    this.depth -= 1;
  }

  private visitNode(node: ts.Node, context: Context): void {
    if (isTypeNode(node) || isAmbient(node)) return;
    if (isFunctionNode(node)) {
      this.functionNode(node, context);
      return;
    }
    // Each node of each file comes by here: its kind is looked at once.
    switch (node.kind) {
      case SyntaxKind.InterfaceDeclaration:
      case SyntaxKind.TypeAliasDeclaration:
      case SyntaxKind.MetaProperty:
        return;
      case SyntaxKind.ImportDeclaration:
        this.imported(importOf(node as ts.ImportDeclaration));
        return;
      case SyntaxKind.ExportDeclaration:
        this.exportDeclaration(node as ts.ExportDeclaration);
        return;
      case SyntaxKind.ImportEqualsDeclaration:
        this.draft.names.add((node as ts.ImportEqualsDeclaration).name.text);
        this.imported(requireOf(node as ts.ImportEqualsDeclaration));
        return;
      case SyntaxKind.ExportAssignment:
        this.visit((node as ts.ExportAssignment).expression, declared);
        return;
      case SyntaxKind.ClassDeclaration:
      case SyntaxKind.ClassExpression:
        this.classNode(node as ts.ClassLikeDeclaration);
        return;
      case SyntaxKind.CallExpression:
        this.call(node as ts.CallExpression);
        return;
      case SyntaxKind.NewExpression:
        this.construct(node as ts.NewExpression);
        return;
      case SyntaxKind.TaggedTemplateExpression:
        this.tagged(node as ts.TaggedTemplateExpression);
        return;
      case SyntaxKind.PropertyAccessExpression:
      case SyntaxKind.ElementAccessExpression:
        this.access(node as Access, context.declared, false);
        return;
      case SyntaxKind.Identifier:
        this.identifier(node as ts.Identifier, context);
        return;
      case SyntaxKind.ShorthandPropertyAssignment: {
        const { name } = node as ts.ShorthandPropertyAssignment;
        this.identifier(name, context);
        this.draft.shorthands.add(name.text);
        return;
      }
      case SyntaxKind.ObjectLiteralExpression:
        this.objectLiteral(node as ts.ObjectLiteralExpression, context);
        return;
      case SyntaxKind.BinaryExpression:
        this.binary(node as ts.BinaryExpression);
        return;
      case SyntaxKind.VariableDeclaration:
        this.variable(node as ts.VariableDeclaration);
        return;
      case SyntaxKind.Parameter:
        this.parameter(node as ts.ParameterDeclaration);
        return;
      case SyntaxKind.TypeOfExpression:
        this.take({ kind: 'probe', node: (node as ts.TypeOfExpression).expression });
        this.children(node, probed);
        return;
      case SyntaxKind.DeleteExpression:
        this.take({ kind: 'write', node: (node as ts.DeleteExpression).expression, value: undefined });
        this.children(node, declared);
        return;
      case SyntaxKind.AwaitExpression:
        this.awaited(node as ts.AwaitExpression);
        return;
      case SyntaxKind.ForOfStatement:
        this.forOf(node as ts.ForOfStatement);
        return;
      case SyntaxKind.SpreadElement:
        this.iterated(node, (node as ts.SpreadElement).expression);
        return;
      case SyntaxKind.YieldExpression:
        this.yielded(node as ts.YieldExpression);
        return;
      case SyntaxKind.ModuleBlock:
        this.namespaceBlock(node as ts.ModuleBlock);
        return;
      case SyntaxKind.TemplateSpan:
        if (isText(node as ts.TemplateSpan)) {
          this.take({ kind: 'text', node: (node as ts.TemplateSpan).expression, hint: 'string' });
        }
        this.visit((node as ts.TemplateSpan).expression, mentioned);
        return;
      case SyntaxKind.PrefixUnaryExpression:
      case SyntaxKind.PostfixUnaryExpression:
        unaryOf(node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression, this.take);
        this.children(node);
        return;
      case SyntaxKind.ReturnStatement:
        this.result((node as ts.ReturnStatement).expression);
        return;
      default:
        this.children(node, keepsPosition(node) ? context : mentioned);
    }
  }

  private tagged(node: ts.TaggedTemplateExpression): void {
    this.take({ kind: 'call', node });
    this.callee(node.tag);
    this.visit(node.template, mentioned);
  }

  private forOf(node: ts.ForOfStatement): void {
    const isAsync = node.awaitModifier !== undefined;
    this.take({ kind: 'iterate', node: node.expression, isAsync });
    if (isAsync) this.awaited(node);
    else this.children(node);
  }

  private yielded(node: ts.YieldExpression): void {
    if (node.asteriskToken !== undefined && node.expression !== undefined) this.iterated(node, node.expression, true);
    else this.children(node);
  }

  private iterated(node: ts.Node, value: ts.Expression, isAsync = false): void {
    this.take({ kind: 'iterate', node: value, isAsync });
    this.children(node);
  }

  /** What a namespace exports is reached as its members. */
  private namespaceBlock(node: ts.ModuleBlock): void {
    for (const statement of node.statements) {
      const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
      for (const { name } of declared as readonly Partial<ts.NamedDeclaration>[]) {
        if (name !== undefined && ts.isIdentifier(name)) this.draft.members.add(name.text);
      }
    }
    this.children(node);
  }

  private awaited(node: ts.AwaitExpression | ts.ForOfStatement): void {
    if (this.draft.unit === this.draft.module)
      this.take({ kind: 'loading', node, label: 'await at the top of a module' });
    this.children(node);
  }

  private imported(entry: Import | undefined): void {
    if (entry === undefined) return;
    for (const { local } of entry.bindings) this.draft.names.add(local);
    this.draft.imports.push(entry);
  }

  private exportDeclaration(node: ts.ExportDeclaration): void {
    if (node.isTypeOnly) return;
    const { moduleSpecifier } = node;
    const exports = namedExports(node);
    if (moduleSpecifier === undefined) {
      for (const { propertyName, name } of exports.values) this.draft.valueNames.add((propertyName ?? name).text);
    } else if (ts.isStringLiteralLike(moduleSpecifier)) {
      this.draft.imports.push(reexportOf(moduleSpecifier, exports));
    }
  }

  private functionNode(node: FunctionNode, context: Context): void {
    this.decorators(node);
    if (node.name !== undefined) {
      if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node))
        this.draft.names.add(nameText(node.name) ?? '');
      else this.member(node.name, ts.isAccessor(node));
    }
    if (node.body === undefined) return;
    const isValue = !ts.isFunctionDeclaration(node) && !ts.isAccessor(node) && !ts.isClassLike(node.parent);
    if (isValue && !context.declared) this.take({ kind: 'literal', node });
    this.draft.within(this.draft.add('function', node), () => {
      for (const parameter of node.parameters) this.visit(parameter, mentioned);
      if (node.body === undefined) return;
      if (ts.isBlock(node.body)) this.visit(node.body, mentioned);
      else this.result(node.body);
    });
  }

  /** The members of an object that a function returns run where they are called; a function that it returns may run at once. */
  private result(node: ts.Expression | undefined): void {
    if (node !== undefined) this.visit(node, ts.isObjectLiteralExpression(bare(node)) ? declared : mentioned);
  }

  private classNode(node: ts.ClassLikeDeclaration): void {
    this.decorators(node);
    this.draft.classes.push(node);
    if (node.name !== undefined) this.draft.names.add(node.name.text);
    const unit = this.draft.add('class', node);
    for (const clause of node.heritageClauses ?? []) {
      if (clause.token !== ts.SyntaxKind.ExtendsKeyword) continue;
      for (const { expression } of clause.types) {
        this.visit(expression, declared);
        unit.sites.push({ kind: 'heritage', node: expression });
      }
    }
    for (const member of node.members) {
      if (ts.isConstructorDeclaration(member)) {
        this.draft.within(unit, () => {
          for (const parameter of member.parameters) this.visit(parameter, mentioned);
          if (member.body !== undefined) this.visit(member.body, mentioned);
        });
      } else if (ts.isPropertyDeclaration(member)) {
        this.decorators(member);
        const { initializer } = member;
        if (initializer !== undefined) this.valued(member.name, initializer);
        if (initializer === undefined || isAmbient(member)) continue;
        if (isStatic(member)) this.visit(initializer, declared);
        else this.draft.within(unit, () => this.visit(initializer, declared));
      } else this.visit(member, declared);
    }
  }

  private decorators(node: ts.Node): void {
    if (!ts.canHaveDecorators(node)) return;
    for (const decorator of ts.getDecorators(node) ?? []) this.visit(decorator.expression, mentioned);
  }

  /** A member with a value: a name for something else may stand for a function too. */
  private valued(name: ts.PropertyName, value: ts.Expression): void {
    if (ts.isIdentifier(value)) this.draft.aliased.push([name, value.text]);
    else if (!isPlain(value)) this.member(name, false);
  }

  private member(name: ts.PropertyName, accessor: boolean): void {
    if (ts.isComputedPropertyName(name)) this.visit(name.expression, declared);
    const text = nameText(name);
    if (text === undefined) return;
    this.draft.members.add(text);
    if (accessor) this.draft.accessors.add(text);
  }

  private call(node: ts.CallExpression): void {
    const specifier = requiredModule(node);
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword && !/webpackMode:\s*["']eager["']/.test(node.getText())) {
      this.draft.module.sites.push({ kind: 'loading', node, label: 'import()' });
    }
    if (specifier !== undefined) {
      this.take({ kind: 'load', node: specifier });
      this.draft.required.push(specifier);
      if (!node.getText().includes('webpackIgnore')) this.draft.module.sites.push(...packageSite(specifier));
      return;
    }
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      this.children(node);
      return;
    }
    this.typesOfProxy(node);
    this.take({ kind: 'call', node });
    conversionsBy(node, this.take);
    this.callee(node.expression);
    const context = isTransparent(node) ? declared : { declared: false, argumentOf: node };
    for (const argument of node.arguments) this.visit(argument, context);
  }

  private typesOfProxy({ typeArguments, expression }: ts.CallExpression): void {
    if (typeArguments !== undefined && /proxy(Local)?Activities$/.test(expression.getText())) {
      this.draft.proxied.push(...typeArguments);
    }
  }

  private construct(node: ts.NewExpression): void {
    this.take({ kind: 'new', node });
    const [first] = node.arguments ?? [];
    if (first !== undefined && ts.isIdentifier(node.expression) && node.expression.text === 'Date')
      numberOf(first, this.take);
    this.callee(node.expression);
    for (const argument of node.arguments ?? []) this.visit(argument, mentioned);
  }

  private callee(node: ts.Expression): void {
    const callee = bare(node);
    if (ts.isIdentifier(callee)) this.called(callee);
    else if (isAccess(callee)) {
      const base = bare(callee.expression);
      if (ts.isIdentifier(base)) this.called(base);
      else this.visit(base, declared);
      if (ts.isElementAccessExpression(callee)) this.visit(callee.argumentExpression, declared);
    } else if (callee.kind !== ts.SyntaxKind.SuperKeyword) this.visit(callee, mentioned);
  }

  private called(name: ts.Identifier): void {
    this.draft.valueNames.add(name.text);
    this.draft.calledNames.add(name.text);
  }

  private access(node: Access, isDeclared: boolean, write: boolean): void {
    this.take({ kind: 'access', node, declared: isDeclared, write });
    const base = bare(node.expression);
    if (ts.isIdentifier(base)) this.draft.valueNames.add(base.text);
    else this.visit(base, declared);
    if (ts.isElementAccessExpression(node)) this.visit(node.argumentExpression, declared);
  }

  private identifier(node: ts.Identifier, context: Context): void {
    this.draft.valueNames.add(node.text);
    if (!context.declared) this.take({ kind: 'mention', node, argumentOf: context.argumentOf });
    else if (context.probed !== true && lacking.has(node.text)) this.take({ kind: 'read', node });
  }

  private objectLiteral(node: ts.ObjectLiteralExpression, context: Context): void {
    this.draft.objects.push(node);
    for (const property of node.properties) {
      if (ts.isPropertyAssignment(property)) {
        this.valued(property.name, property.initializer);
        this.visit(property.initializer, context);
      } else this.visit(property, context);
    }
  }

  /** Sums of a thousand parts hang to the left: they are taken apart in a loop. */
  private binary(node: ts.BinaryExpression): void {
    const parts: ts.BinaryExpression[] = [node];
    for (let left = node.left; ts.isBinaryExpression(left) && !isAssignment(left); left = left.left) parts.push(left);
    for (const [i, part] of parts.reverse().entries()) {
      if (isAssignment(part)) this.assignment(part);
      else this.operation(part, i === 0);
    }
  }

  private assignment(node: ts.BinaryExpression): void {
    const target = bare(node.left);
    if (isAccess(target)) this.access(target, true, true);
    else if (!ts.isIdentifier(target)) this.visit(target, declared);
    assignmentOf(target, node, this.take);
    this.visit(node.right, isAccess(target) && isExports(target) ? declared : mentioned);
  }

  private operation(node: ts.BinaryExpression, isFirst: boolean): void {
    operationOf(node, this.take);
    const context = comparisons.has(node.operatorToken.kind) ? declared : mentioned;
    if (isFirst) this.visit(node.left, context);
    this.visit(node.right, context);
  }

  private variable(node: ts.VariableDeclaration): void {
    this.bindingName(node.name, node.initializer !== undefined);
    if (node.initializer === undefined) return;
    if ((node.parent.flags & ts.NodeFlags.Using) !== 0) this.take({ kind: 'using', node: node.initializer });
    if (ts.isArrayBindingPattern(node.name)) this.take({ kind: 'iterate', node: node.initializer, isAsync: false });
    const value = bare(node.initializer);
    if (
      this.draft.unit === this.draft.module &&
      ts.isIdentifier(node.name) &&
      ts.isCallExpression(value) &&
      !requiredModule(value) &&
      !isTransparent(value)
    ) {
      this.wrappingCall(node, value);
    } else this.visit(node.initializer, declared);
  }

  private wrappingCall(node: ts.VariableDeclaration, call: ts.CallExpression): void {
    const wrapped = this.draft.add('wrapped', node);
    this.typesOfProxy(call);
    this.take({ kind: 'call', node: call });
    this.callee(call.expression);
    for (const argument of call.arguments) {
      const value = bare(argument);
      const passes =
        isFunctionNode(value) || ts.isIdentifier(value) || isAccess(value) || ts.isObjectLiteralExpression(value);
      const context = { declared: false, argumentOf: call };
      if (passes) this.draft.within(wrapped, () => this.visit(argument, context));
      else this.visit(argument, context);
    }
    this.take({ kind: 'wrapped', node });
  }

  private parameter(node: ts.ParameterDeclaration): void {
    this.decorators(node);
    this.bindingName(node.name, node.initializer !== undefined, true);
    this.byDefault(node, node.initializer);
  }

  /** @param isParameter Whether callers may give what the members begin with otherwise. */
  private bindingName(name: ts.BindingName, hasValue: boolean, isParameter = false): void {
    if (ts.isIdentifier(name)) {
      if (hasValue) this.draft.names.add(name.text);
      return;
    }
    for (const element of name.elements) {
      if (ts.isOmittedExpression(element)) continue;
      if (ts.isObjectBindingPattern(name)) this.take({ kind: 'binding', node: element });
      this.bindingName(element.name, true);
      if (isParameter && ts.isObjectBindingPattern(name)) this.byDefault(element, element.initializer);
      else if (element.initializer !== undefined) this.visit(element.initializer, mentioned);
    }
  }

  private byDefault(node: Defaulted, value: ts.Expression | undefined): void {
    if (value !== undefined) this.draft.byDefault(node, () => this.visit(value, mentioned));
  }
}

const comparisons = new Set<ts.SyntaxKind>([
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.InstanceOfKeyword,
  ts.SyntaxKind.InKeyword,
]);

/** A value that can't be called, nor hold what can be called by a name. */
function isPlain(node: ts.Expression): boolean {
  const value = bare(node);
  return (
    ts.isLiteralExpression(value) ||
    ts.isTemplateExpression(value) ||
    ts.isArrayLiteralExpression(value) ||
    ts.isToken(node)
  );
}

/** A tag gets the values themselves, unless it is the language's own. */
function isText({ parent: { parent } }: ts.TemplateSpan): boolean {
  return !ts.isTaggedTemplateExpression(parent) || parent.tag.getText() === 'String.raw';
}

function keepsPosition({ kind }: ts.Node): boolean {
  return (
    kind === SyntaxKind.ParenthesizedExpression ||
    kind === SyntaxKind.AsExpression ||
    kind === SyntaxKind.SatisfiesExpression ||
    kind === SyntaxKind.TypeAssertionExpression ||
    kind === SyntaxKind.NonNullExpression ||
    kind === SyntaxKind.SpreadAssignment
  );
}

function isAssignment(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function isExports(target: Access): boolean {
  return /^(module\.)?exports\b/.test(target.getText());
}
