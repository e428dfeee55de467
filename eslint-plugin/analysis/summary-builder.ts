import ts from 'typescript';
import { globals, lacking } from './globals.js';
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
import { unitName } from './unit-name.js';

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
  private readonly units = new Map<ts.Node, Unit>();
  private readonly imports: Import[] = [];
  private readonly names = new Set<string>();
  private readonly members = new Set<string>();
  private readonly accessors = new Set<string>();
  private readonly shorthands = new Set<string>();
  private readonly classes: ts.ClassLikeDeclaration[] = [];
  private readonly objects: ts.ObjectLiteralExpression[] = [];
  private readonly valueNames = new Set<string>();
  private readonly calledNames = new Set<string>();
  private readonly proxied: ts.TypeNode[] = [];
  private readonly aliased: (readonly [member: ts.PropertyName, value: string])[] = [];
  private readonly required: ts.StringLiteralLike[] = [];
  private readonly module: Unit;
  private unit: Unit;
  private depth = 0;
  /** What is too deep in the tree to be walked in one go: the stack would not hold it. */
  private readonly deferred: { node: ts.Node; context: Context; unit: Unit }[] = [];

  constructor(private readonly file: ts.SourceFile) {
    this.module = this.add('module', file);
    this.unit = this.module;
  }

  build(): Summary {
    for (const statement of this.file.statements) this.visit(statement, mentioned);
    for (const { node, context, unit } of this.deferred) this.within(unit, () => this.visit(node, context));
    for (const [name, value] of this.aliased) {
      const text = this.names.has(value) || globals.has(value) ? nameText(name) : undefined;
      if (text !== undefined) this.members.add(text);
    }
    for (const entry of this.imports) {
      entry.live &&= entry.reexport || entry.bindings.length === 0 || entry.bindings.some((b) => this.isUsed(b.local));
    }
    // `{ id }` of a parameter holds no code that could be followed: most are such, and each member costs a look at types.
    for (const name of this.shorthands) if (this.names.has(name) || globals.has(name)) this.members.add(name);
    const loads = this.imports
      .filter((entry) => entry.live)
      .flatMap((entry): readonly Site[] => [{ kind: 'load', node: entry.specifier }, ...packageSite(entry.specifier)]);
    this.module.sites.unshift(...loads);
    const { file, module, units, imports, names, members, accessors, classes, objects, proxied, required } = this;
    const { valueNames, calledNames } = this;
    return {
      file,
      module,
      units,
      imports,
      required,
      names,
      members,
      accessors,
      classes,
      objects,
      proxied,
      valueNames,
      calledNames,
      asksContext: file.text.includes('inWorkflowContext'),
    };
  }

  private isUsed(local: string): boolean {
    return this.valueNames.has(local);
  }

  private add(kind: Unit['kind'], node: ts.Node): Unit {
    const unit: Unit = { kind, node, file: this.file, name: unitName(kind, node), sites: [] };
    this.units.set(node, unit);
    return unit;
  }

  private site(site: Site): void {
    this.unit.sites.push(site);
  }

  private within(unit: Unit, run: () => void): void {
    const outer = this.unit;
    this.unit = unit;
    run();
    this.unit = outer;
  }

  private children(node: ts.Node, context: Context = mentioned): void {
    forEachChild(node, (child) => this.visit(child, context));
  }

  private visit(node: ts.Node, context: Context): void {
    if (this.depth === deepest) {
      this.deferred.push({ node, context, unit: this.unit });
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
        this.importDeclaration(node as ts.ImportDeclaration);
        return;
      case SyntaxKind.ExportDeclaration:
        this.exportDeclaration(node as ts.ExportDeclaration);
        return;
      case SyntaxKind.ImportEqualsDeclaration:
        this.importEquals(node as ts.ImportEqualsDeclaration);
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
        this.shorthands.add(name.text);
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
        this.site({ kind: 'probe', node: (node as ts.TypeOfExpression).expression });
        this.children(node, probed);
        return;
      case SyntaxKind.DeleteExpression:
        this.site({ kind: 'write', node: (node as ts.DeleteExpression).expression, value: undefined });
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
        this.text(node as ts.TemplateSpan);
        return;
      case SyntaxKind.PrefixUnaryExpression:
      case SyntaxKind.PostfixUnaryExpression:
        this.unary(node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression);
        return;
      case SyntaxKind.ReturnStatement:
        this.result((node as ts.ReturnStatement).expression);
        return;
      default:
        this.children(node, keepsPosition(node) ? context : mentioned);
    }
  }

  private tagged(node: ts.TaggedTemplateExpression): void {
    this.site({ kind: 'call', node });
    this.callee(node.tag);
    this.visit(node.template, mentioned);
  }

  private forOf(node: ts.ForOfStatement): void {
    const isAsync = node.awaitModifier !== undefined;
    this.site({ kind: 'iterate', node: node.expression, isAsync });
    if (isAsync) this.awaited(node);
    else this.children(node);
  }

  private yielded(node: ts.YieldExpression): void {
    if (node.asteriskToken !== undefined && node.expression !== undefined) this.iterated(node, node.expression, true);
    else this.children(node);
  }

  private iterated(node: ts.Node, value: ts.Expression, isAsync = false): void {
    this.site({ kind: 'iterate', node: value, isAsync });
    this.children(node);
  }

  /** What a namespace exports is reached as its members. */
  private namespaceBlock(node: ts.ModuleBlock): void {
    for (const statement of node.statements) {
      const declared = ts.isVariableStatement(statement) ? statement.declarationList.declarations : [statement];
      for (const { name } of declared as readonly Partial<ts.NamedDeclaration>[]) {
        if (name !== undefined && ts.isIdentifier(name)) this.members.add(name.text);
      }
    }
    this.children(node);
  }

  private awaited(node: ts.AwaitExpression | ts.ForOfStatement): void {
    if (this.unit === this.module) this.site({ kind: 'loading', node, label: 'await at the top of a module' });
    this.children(node);
  }

  private text({ expression: node }: ts.TemplateSpan): void {
    this.site({ kind: 'text', node });
    this.visit(node, mentioned);
  }

  private unary(node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): void {
    const { operator, operand } = node;
    if (operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken) {
      this.site({ kind: 'write', node: operand, value: undefined });
    }
    this.children(node);
  }

  private importDeclaration(node: ts.ImportDeclaration): void {
    const { importClause: clause, moduleSpecifier } = node;
    if (!ts.isStringLiteralLike(moduleSpecifier)) return;
    const bindings: { local: string; imported: string }[] = [];
    if (clause?.name !== undefined) bindings.push({ local: clause.name.text, imported: 'default' });
    const named = clause?.namedBindings;
    if (named !== undefined && ts.isNamespaceImport(named)) bindings.push({ local: named.name.text, imported: '*' });
    if (named !== undefined && ts.isNamedImports(named)) {
      for (const element of named.elements) {
        if (element.isTypeOnly) continue;
        bindings.push({ local: element.name.text, imported: (element.propertyName ?? element.name).text });
      }
    }
    for (const { local } of bindings) this.names.add(local);
    const live = clause === undefined || (!isTypeOnly(clause) && bindings.length > 0);
    this.imports.push({ specifier: moduleSpecifier, bindings, reexport: false, live });
  }

  private exportDeclaration(node: ts.ExportDeclaration): void {
    if (node.isTypeOnly) return;
    const { exportClause: clause, moduleSpecifier } = node;
    const elements = clause !== undefined && ts.isNamedExports(clause) ? clause.elements : [];
    const values = elements.filter((element) => !element.isTypeOnly);
    if (moduleSpecifier === undefined) {
      for (const element of values) this.valueNames.add((element.propertyName ?? element.name).text);
    } else if (ts.isStringLiteralLike(moduleSpecifier)) {
      const bindings = values.map((element) => ({ local: '', imported: (element.propertyName ?? element.name).text }));
      if (bindings.length === 0) bindings.push({ local: '', imported: '*' });
      this.imports.push({
        specifier: moduleSpecifier,
        bindings,
        reexport: true,
        live: elements.length === 0 || values.length > 0,
      });
    }
  }

  private importEquals(node: ts.ImportEqualsDeclaration): void {
    this.names.add(node.name.text);
    const reference = node.moduleReference;
    if (!ts.isExternalModuleReference(reference) || !ts.isStringLiteralLike(reference.expression)) return;
    const bindings = [{ local: node.name.text, imported: '*' }];
    this.imports.push({ specifier: reference.expression, bindings, reexport: false, live: !node.isTypeOnly });
  }

  private functionNode(node: FunctionNode, context: Context): void {
    this.decorators(node);
    if (node.name !== undefined) {
      if (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node)) this.names.add(nameText(node.name) ?? '');
      else this.member(node.name, ts.isAccessor(node));
    }
    if (node.body === undefined) return;
    const isValue = !ts.isFunctionDeclaration(node) && !ts.isAccessor(node) && !ts.isClassLike(node.parent);
    if (isValue && !context.declared) this.site({ kind: 'literal', node });
    this.within(this.add('function', node), () => {
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
    this.classes.push(node);
    if (node.name !== undefined) this.names.add(node.name.text);
    const unit = this.add('class', node);
    for (const clause of node.heritageClauses ?? []) {
      if (clause.token !== ts.SyntaxKind.ExtendsKeyword) continue;
      for (const { expression } of clause.types) {
        this.visit(expression, declared);
        unit.sites.push({ kind: 'heritage', node: expression });
      }
    }
    for (const member of node.members) {
      if (ts.isConstructorDeclaration(member)) {
        this.within(unit, () => {
          for (const parameter of member.parameters) this.visit(parameter, mentioned);
          if (member.body !== undefined) this.visit(member.body, mentioned);
        });
      } else if (ts.isPropertyDeclaration(member)) {
        this.decorators(member);
        const { initializer } = member;
        if (initializer !== undefined) this.valued(member.name, initializer);
        if (initializer === undefined || isAmbient(member)) continue;
        if (isStatic(member)) this.visit(initializer, declared);
        else this.within(unit, () => this.visit(initializer, declared));
      } else this.visit(member, declared);
    }
  }

  private decorators(node: ts.Node): void {
    if (!ts.canHaveDecorators(node)) return;
    for (const decorator of ts.getDecorators(node) ?? []) this.visit(decorator.expression, mentioned);
  }

  /** A member with a value: a name for something else may stand for a function too. */
  private valued(name: ts.PropertyName, value: ts.Expression): void {
    if (ts.isIdentifier(value)) this.aliased.push([name, value.text]);
    else if (!isPlain(value)) this.member(name, false);
  }

  private member(name: ts.PropertyName, accessor: boolean): void {
    if (ts.isComputedPropertyName(name)) this.visit(name.expression, declared);
    const text = nameText(name);
    if (text === undefined) return;
    this.members.add(text);
    if (accessor) this.accessors.add(text);
  }

  private call(node: ts.CallExpression): void {
    const specifier = requiredModule(node);
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword && !/webpackMode:\s*["']eager["']/.test(node.getText())) {
      this.module.sites.push({ kind: 'loading', node, label: 'import()' });
    }
    if (specifier !== undefined) {
      this.site({ kind: 'load', node: specifier });
      this.required.push(specifier);
      if (!node.getText().includes('webpackIgnore')) this.module.sites.push(...packageSite(specifier));
      return;
    }
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      this.children(node);
      return;
    }
    this.typesOfProxy(node);
    this.site({ kind: 'call', node });
    if (node.arguments.length === 1 && ts.isIdentifier(node.expression) && node.expression.text === 'String') {
      for (const argument of node.arguments) this.site({ kind: 'text', node: argument });
    }
    this.callee(node.expression);
    const context = isTransparent(node) ? declared : { declared: false, argumentOf: node };
    for (const argument of node.arguments) this.visit(argument, context);
  }

  private typesOfProxy({ typeArguments, expression }: ts.CallExpression): void {
    if (typeArguments !== undefined && /proxy(Local)?Activities$/.test(expression.getText())) {
      this.proxied.push(...typeArguments);
    }
  }

  private construct(node: ts.NewExpression): void {
    this.site({ kind: 'new', node });
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
    this.valueNames.add(name.text);
    this.calledNames.add(name.text);
  }

  private access(node: Access, isDeclared: boolean, write: boolean): void {
    this.site({ kind: 'access', node, declared: isDeclared, write });
    const base = bare(node.expression);
    if (ts.isIdentifier(base)) this.valueNames.add(base.text);
    else this.visit(base, declared);
    if (ts.isElementAccessExpression(node)) this.visit(node.argumentExpression, declared);
  }

  private identifier(node: ts.Identifier, context: Context): void {
    this.valueNames.add(node.text);
    if (!context.declared) this.site({ kind: 'mention', node, argumentOf: context.argumentOf });
    else if (context.probed !== true && lacking.has(node.text)) this.site({ kind: 'read', node });
  }

  private objectLiteral(node: ts.ObjectLiteralExpression, context: Context): void {
    this.objects.push(node);
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
    for (const [i, part] of parts.reverse().entries()) this.operation(part, i === 0);
  }

  private operation(node: ts.BinaryExpression, isFirst: boolean): void {
    const { left, operatorToken, right } = node;
    const kind = operatorToken.kind;
    if (isAssignment(node)) {
      const target = bare(left);
      if (isAccess(target)) this.access(target, true, true);
      else if (!ts.isIdentifier(target)) this.visit(target, declared);
      if (ts.isObjectLiteralExpression(target)) this.site({ kind: 'pattern', node: target, from: right });
      this.site({ kind: 'write', node: target, value: right });
      this.visit(right, isAccess(target) && isExports(target) ? declared : mentioned);
      return;
    }
    if (kind === ts.SyntaxKind.AsteriskAsteriskToken) this.site({ kind: 'power', node });
    if (kind === ts.SyntaxKind.InKeyword) this.site({ kind: 'in', node });
    if (kind === ts.SyntaxKind.PlusToken) {
      // A sum is no date, and to ask for the type of each part of a long one takes the square of its length.
      if (isText(right) && !isSum(bare(left))) this.site({ kind: 'text', node: left });
      if (isText(left)) this.site({ kind: 'text', node: right });
    }
    const context = comparisons.has(kind) ? declared : mentioned;
    if (isFirst) this.visit(left, context);
    this.visit(right, context);
  }

  private variable(node: ts.VariableDeclaration): void {
    this.bindingName(node.name, node.initializer !== undefined);
    if (node.initializer === undefined) return;
    if ((node.parent.flags & ts.NodeFlags.Using) !== 0) this.site({ kind: 'using', node: node.initializer });
    if (ts.isArrayBindingPattern(node.name)) this.site({ kind: 'iterate', node: node.initializer, isAsync: false });
    const value = bare(node.initializer);
    if (
      this.unit === this.module &&
      ts.isIdentifier(node.name) &&
      ts.isCallExpression(value) &&
      !requiredModule(value) &&
      !isTransparent(value)
    ) {
      this.wrappingCall(node, value);
    } else this.visit(node.initializer, declared);
  }

  private wrappingCall(node: ts.VariableDeclaration, call: ts.CallExpression): void {
    const wrapped = this.add('wrapped', node);
    this.typesOfProxy(call);
    this.site({ kind: 'call', node: call });
    this.callee(call.expression);
    for (const argument of call.arguments) {
      const value = bare(argument);
      const passes =
        isFunctionNode(value) || ts.isIdentifier(value) || isAccess(value) || ts.isObjectLiteralExpression(value);
      const context = { declared: false, argumentOf: call };
      if (passes) this.within(wrapped, () => this.visit(argument, context));
      else this.visit(argument, context);
    }
    this.site({ kind: 'wrapped', node });
  }

  private parameter(node: ts.ParameterDeclaration): void {
    this.decorators(node);
    this.bindingName(node.name, node.initializer !== undefined);
    if (node.initializer !== undefined) this.visit(node.initializer, mentioned);
  }

  private bindingName(name: ts.BindingName, hasValue: boolean): void {
    if (ts.isIdentifier(name)) {
      if (hasValue) this.names.add(name.text);
      return;
    }
    for (const element of name.elements) {
      if (ts.isOmittedExpression(element)) continue;
      if (ts.isObjectBindingPattern(name)) this.site({ kind: 'binding', node: element });
      this.bindingName(element.name, true);
      if (element.initializer !== undefined) this.visit(element.initializer, mentioned);
    }
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

function isAssignment(node: ts.BinaryExpression): boolean {
  const { kind } = node.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function isSum(node: ts.Expression): boolean {
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
}

function isText(node: ts.Expression): boolean {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}

function packageSite(specifier: ts.StringLiteralLike): readonly Site[] {
  return /^[./#]/.test(specifier.text) ? [] : [{ kind: 'package', node: specifier }];
}

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

function isExports(target: Access): boolean {
  return /^(module\.)?exports\b/.test(target.getText());
}

function isTypeOnly(clause: ts.ImportClause): boolean {
  // Newer compilers say it with `phaseModifier`, older ones know only the flag, which both keep.
  return (clause as { isTypeOnly: boolean }).isTypeOnly;
}
