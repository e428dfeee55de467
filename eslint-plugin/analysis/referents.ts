import ts from 'typescript';
import { packageOf } from './facts.js';
import { containers, globals } from './globals.js';
import { Modules } from './modules.js';
import { summaryOf } from './summary.js';
import {
  bare,
  fileOf,
  isAccess,
  isAmbient,
  isFunctionNode,
  isStatic,
  nameText,
  requiredModule,
  wellKnownSymbol,
  isConst,
} from './syntax.js';
import type { Access } from './syntax.js';

/** What an expression stands for, as far as its source says. */
export type Referent =
  | { kind: 'global'; path: string }
  | { kind: 'package'; module: string; path: readonly string[] }
  | { kind: 'module'; file: ts.SourceFile }
  | { kind: 'function'; node: ts.Node }
  | { kind: 'class'; node: ts.ClassLikeDeclaration }
  | { kind: 'object'; node: ts.ObjectLiteralExpression }
  /** A member without a body: its implementations are elsewhere. */
  | { kind: 'signature'; symbol: ts.Symbol };

const { isIdentifier } = ts;
const none: readonly never[] = [];

/** Names in a row that are followed, each to the next. */
const deepest = 150;

/** Beyond it the way from a package or a built-in to a value says nothing: a builder is called a thousand times. */
const longest = 1_000;

/** Follows names to what they stand for: through imports, re-exports, aliases, destructuring and members. */
export class Referents {
  readonly modules: Modules;
  private readonly bySymbol = new Map<ts.Symbol, readonly Referent[]>();
  private readonly climbing = new Set<ts.Node>();
  private readonly byCall = new Map<ts.Node, readonly Referent[]>();
  private depth = 0;
  /** Whether something was too far away to be followed. */
  private cut = false;
  private readonly callable = new Map<ts.Node, boolean>();
  /** Names and members that were asked about from outside: rule after rule asks about the same ones. */
  private readonly byNode = new Map<ts.Node, readonly Referent[]>();
  private cuts = 0;

  constructor(
    program: ts.Program,
    private readonly checker: ts.TypeChecker,
    /** Names of members that have code in the files that matter: any other needs no types. */
    private readonly members: ReadonlySet<string>,
  ) {
    this.modules = new Modules(program, checker);
  }

  of(expression: ts.Expression): readonly Referent[] {
    const node = bare(expression);
    if (isIdentifier(node)) return isNamed(node) ? this.keep(node, () => this.ofIdentifier(node)) : none;
    if (isAccess(node)) return this.keep(node, () => this.ofAccess(node));
    if (isFunctionNode(node)) return [{ kind: 'function', node }];
    if (ts.isClassExpression(node)) return [{ kind: 'class', node }];
    if (ts.isObjectLiteralExpression(node)) return [{ kind: 'object', node }];
    if (ts.isAwaitExpression(node)) return this.of(node.expression);
    if (ts.isCallExpression(node)) return this.ofCall(node);
    if (ts.isNewExpression(node)) return this.resultOf(this.of(node.expression), node);
    return [];
  }

  /** Keeps what is found for a node, where it is all that there is to find: not on a way that may lead back. */
  private keep(node: ts.Node, find: () => readonly Referent[]): readonly Referent[] {
    if (this.depth > 0 || this.climbing.size > 0) return find();
    let known = this.byNode.get(node);
    if (known !== undefined) return known;
    const { cuts } = this;
    known = find();
    if (this.cuts === cuts) this.byNode.set(node, known.length === 0 ? none : known);
    return known;
  }

  /** Whether a variable that a module-level call filled holds a function, such as a memoized one. */
  isCallable(node: ts.VariableDeclaration): boolean {
    let known = this.callable.get(node);
    if (known === undefined) {
      known = !this.isDefinition(node) && this.checker.getTypeAtLocation(node).getCallSignatures().length > 0;
      this.callable.set(node, known);
    }
    return known;
  }

  /** `defineSignal('close')`: each workflow module has some, and none of them is a function. */
  private isDefinition(node: ts.VariableDeclaration): boolean {
    const call = node.initializer && bare(node.initializer);
    if (call === undefined || !ts.isCallExpression(call) || !isIdentifier(call.expression)) return false;
    return (
      isDefining.test(call.expression.text) &&
      this.of(call.expression).every(
        (referent) => referent.kind === 'package' && referent.module === '@temporalio/workflow',
      )
    );
  }

  /** What the member `name` of an expression's value stands for. */
  ofMemberOf(expression: ts.Expression, name: string): readonly Referent[] {
    return this.of(expression).flatMap((referent) => this.member(referent, name));
  }

  ofSymbol(symbol: ts.Symbol): readonly Referent[] {
    return this.once(this.bySymbol, symbol, () =>
      (symbol.flags & ts.SymbolFlags.Alias) !== 0
        ? this.ofAlias(symbol)
        : (symbol.declarations ?? []).flatMap((declaration) => this.ofDeclaration(symbol, declaration)),
    );
  }

  /** Finds what a key stands for, and keeps it: unless the way there was too long for the stack. */
  private once<K>(known: Map<K, readonly Referent[]>, key: K, find: () => readonly Referent[]): readonly Referent[] {
    const earlier = known.get(key);
    if (earlier !== undefined) return earlier;
    if (this.depth === deepest) {
      this.cut = true;
      this.cuts += 1;
      return [];
    }
    // Set first: a name may lead back to itself in broken code.
    known.set(key, []);
    this.depth += 1;
    try {
      const found = find();
      known.set(key, found);
      return found;
    } finally {
      this.depth -= 1;
      if (this.cut) known.delete(key);
      if (this.depth === 0) this.cut = false;
    }
  }

  ofExport(file: ts.SourceFile, name: string): readonly Referent[] {
    const symbol = this.modules.exportOf(file, name);
    return symbol === undefined ? [] : this.ofSymbol(symbol);
  }

  /** The member of a destructured value, which may be an accessor. */
  boundMember(node: ts.BindingElement): ts.Symbol | undefined {
    const name = this.boundName(node);
    if (name === undefined) return undefined;
    return this.checker.getTypeAtLocation(node.parent).getProperty(name);
  }

  memberSymbol(node: Access): ts.Symbol | undefined {
    const name = ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression;
    return this.checker.getSymbolAtLocation(name);
  }

  memberName(node: Access): string | undefined {
    if (ts.isPropertyAccessExpression(node)) return node.name.text;
    return this.fixedText(node.argumentExpression);
  }

  /** The text that a key surely is: a literal, or a constant's. */
  private fixedText(expression: ts.Expression): string | undefined {
    const key = bare(expression);
    if (ts.isStringLiteralLike(key)) return key.text;
    if (!ts.isIdentifier(key)) return wellKnownSymbol(key);
    const declaration = this.checker.getSymbolAtLocation(key)?.valueDeclaration;
    const value =
      declaration !== undefined && ts.isVariableDeclaration(declaration) && isConst(declaration)
        ? declaration.initializer && bare(declaration.initializer)
        : undefined;
    return value !== undefined && ts.isStringLiteralLike(value) ? value.text : undefined;
  }

  /** What `extends` names. */
  heritage(node: ts.ClassLikeDeclaration): ts.Expression | undefined {
    return node.heritageClauses?.find((clause) => clause.token === ts.SyntaxKind.ExtendsKeyword)?.types[0]?.expression;
  }

  private ofIdentifier(node: ts.Identifier): readonly Referent[] {
    if (!isNamed(node)) return none;
    const isGlobalName = globals.has(node.text);
    const symbol = ts.isShorthandPropertyAssignment(node.parent)
      ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
      : this.checker.getSymbolAtLocation(node);
    if (isGlobalName && isGlobal(symbol)) {
      return [{ kind: 'global', path: containers.has(node.text) ? 'globalThis' : node.text }];
    }
    return symbol === undefined ? [] : this.ofSymbol(symbol);
  }

  private ofAccess(node: Access): readonly Referent[] {
    const base = this.of(node.expression);
    const name = this.memberName(node);
    if (name === undefined) return base.filter((referent) => referent.kind === 'object');
    const found = base.flatMap((referent) => this.member(referent, name));
    if (!this.members.has(name) || found.some(isKnown)) return found;
    // What a built-in gives back may be the project's: `steps.get(name)?.run()`.
    const symbol = this.memberSymbol(node);
    return symbol === undefined ? found : withOwn(found, this.ofSymbol(symbol));
  }

  /** Whether the project's own code has a member of that name. */
  hasMember(name: string): boolean {
    return this.members.has(name);
  }

  private member(base: Referent, name: string): readonly Referent[] {
    switch (base.kind) {
      case 'global':
        if (base.path !== 'globalThis')
          return base.path.length < longest ? [{ kind: 'global', path: `${base.path}.${name}` }] : [];
        if (containers.has(name)) return [base];
        return globals.has(name) ? [{ kind: 'global', path: name }] : [];
      case 'package':
        return base.path.length < longest ? [{ ...base, path: [...base.path, name] }] : [];
      case 'module':
        return this.ofModuleMember(base.file, name);
      case 'function':
        // `helper.call(…)` and `helper.bind(…)` lead to the helper.
        return ['call', 'apply', 'bind'].includes(name) ? [base] : [];
      case 'class': {
        const own = base.node.members.find((m) => m.name !== undefined && isStatic(m) && nameText(m.name) === name);
        if (own !== undefined) return this.ofMember(own);
        const parent = this.heritage(base.node);
        if (parent === undefined) return [];
        return this.climb(base.node, () => this.ofMemberOf(parent, name));
      }
      case 'object': {
        const own = base.node.properties.find((p) => p.name !== undefined && nameText(p.name) === name);
        if (own !== undefined) return this.ofMember(own);
        return this.climb(base.node, () => this.ofSpread(base.node, name));
      }
      case 'signature':
        return [];
    }
  }

  /** In broken code a class may extend itself, and an object hold itself. */
  private climb(node: ts.Node, find: () => readonly Referent[]): readonly Referent[] {
    if (this.climbing.has(node)) return [];
    this.climbing.add(node);
    const found = find();
    this.climbing.delete(node);
    return found;
  }

  /** What an object has from others: of several the last one counts. */
  private ofSpread(object: ts.ObjectLiteralExpression, name: string): readonly Referent[] {
    for (const property of object.properties.toReversed()) {
      if (!ts.isSpreadAssignment(property)) continue;
      const found = this.ofMemberOf(property.expression, name);
      if (found.length > 0) return found;
    }
    return [];
  }

  private ofMember(node: ts.ClassElement | ts.ObjectLiteralElementLike): readonly Referent[] {
    if (ts.isPropertyAssignment(node)) return this.of(node.initializer);
    if (ts.isPropertyDeclaration(node)) return node.initializer === undefined ? [] : this.of(node.initializer);
    if (ts.isShorthandPropertyAssignment(node)) return this.ofIdentifier(node.name);
    return isFunctionNode(node) && node.body !== undefined ? [{ kind: 'function', node }] : [];
  }

  private ofCall(node: ts.CallExpression): readonly Referent[] {
    // From the inside out: of a long chain of calls each one then finds the one before it.
    const chain: ts.CallExpression[] = [];
    for (let at: ts.Expression = node; !this.byCall.has(node);) {
      if (ts.isCallExpression(at)) {
        if (this.byCall.has(at)) break;
        chain.push(at);
        at = bare(at.expression);
      } else if (ts.isPropertyAccessExpression(at)) at = bare(at.expression);
      else break;
    }
    for (const call of chain.reverse()) this.once(this.byCall, call, () => this.findCall(call));
    return this.byCall.get(node) ?? [];
  }

  private findCall(node: ts.CallExpression): readonly Referent[] {
    const specifier = requiredModule(node);
    if (specifier !== undefined) return this.ofLoaded(specifier);
    const callee = bare(node.expression);
    if (isAccess(callee) && this.memberName(callee) === 'bind') return this.of(callee.expression);
    const [first, key] = node.arguments;
    if (first !== undefined && isFreezing.test(callee.getText())) return this.of(first);
    const called = this.of(callee);
    const built = called.find((referent) => referent.kind === 'global' && referent.path.startsWith('Reflect.'));
    return built === undefined || first === undefined
      ? this.resultOf(called, node)
      : this.reflected(built, first, key, node);
  }

  /** What `Reflect.get(Math, 'random')` and its kin give. */
  private reflected(
    built: Referent,
    target: ts.Expression,
    key: ts.Expression | undefined,
    node: ts.CallExpression,
  ): readonly Referent[] {
    switch (built.kind === 'global' ? built.path : '') {
      case 'Reflect.get': {
        const name = key && this.fixedText(key);
        return name === undefined ? [] : this.ofMemberOf(target, name);
      }
      case 'Reflect.construct':
      case 'Reflect.apply':
        return this.resultOf(this.of(target), node);
      default:
        return this.resultOf([built], node);
    }
  }

  /** What a call of a package's or a built-in function returns, known by the way to it. */
  private resultOf(called: readonly Referent[], node: ts.CallExpression | ts.NewExpression): readonly Referent[] {
    return called.flatMap((referent): readonly Referent[] => {
      if (referent.kind === 'global') return [{ kind: 'global', path: `${referent.path}.()` }];
      if (referent.kind === 'function') return this.classesFrom(referent.node);
      if (referent.kind !== 'package') return [];
      return [{ ...referent, path: [...referent.path, namesZone(node) ? '(zone)' : '()'] }];
    });
  }

  /** The classes that a function returns: it is a mixin. */
  private classesFrom(node: ts.Node): readonly Referent[] {
    const body = isFunctionNode(node) ? node.body : undefined;
    if (body === undefined) return [];
    const results = ts.isBlock(body) ? body.statements.filter(ts.isReturnStatement).map((s) => s.expression) : [body];
    return results.flatMap((result) => {
      const value = result && bare(result);
      if (value === undefined || !(ts.isClassExpression(value) || ts.isIdentifier(value))) return [];
      return this.of(value).filter((referent) => referent.kind === 'class');
    });
  }

  private ofModuleMember(file: ts.SourceFile, name: string): readonly Referent[] {
    const found = this.ofExport(file, name);
    if (found.length > 0) return found;
    return this.climb(file, () => this.ofWhole(file).flatMap((referent) => this.member(referent, name)));
  }

  /** What `module.exports = …` or `export = …` makes of a module. */
  private ofWhole(file: ts.SourceFile): readonly Referent[] {
    const symbol = this.modules.wholeOf(file);
    return symbol === undefined ? [] : this.ofSymbol(symbol).filter(isOwn);
  }

  /** A module by itself, and the function or class that it is as a whole. */
  private ofLoaded(specifier: ts.StringLiteralLike): readonly Referent[] {
    const module = this.ofModule(specifier);
    if (module.kind !== 'module') return [module];
    const whole = this.ofWhole(module.file).filter(({ kind }) => kind === 'function' || kind === 'class');
    return [module, ...whole];
  }

  private ofModule(specifier: ts.StringLiteralLike): Referent {
    const file = this.modules.resolve(specifier);
    return file === undefined ? { kind: 'package', module: specifier.text, path: [] } : { kind: 'module', file };
  }

  private ofImported(specifier: ts.Expression, name: string): readonly Referent[] {
    return ts.isStringLiteralLike(specifier) ? this.member(this.ofModule(specifier), name) : [];
  }

  private ofAlias(symbol: ts.Symbol): readonly Referent[] {
    const declaration = symbol.declarations?.[0];
    if (declaration === undefined) return [];
    if (ts.isImportSpecifier(declaration)) {
      const { moduleSpecifier } = declaration.parent.parent.parent;
      return this.ofImported(moduleSpecifier, (declaration.propertyName ?? declaration.name).text);
    }
    if (ts.isImportClause(declaration)) {
      const { moduleSpecifier } = declaration.parent;
      if (!ts.isStringLiteralLike(moduleSpecifier)) return [];
      const module = this.ofModule(moduleSpecifier);
      const found = this.member(module, 'default');
      // Interop: the default import of a module without one is the module.
      return found.length > 0 ? found : this.ofLoaded(moduleSpecifier);
    }
    if (ts.isNamespaceImport(declaration)) return this.ofSpecifier(declaration.parent.parent.moduleSpecifier);
    if (ts.isNamespaceExport(declaration)) {
      const { moduleSpecifier } = declaration.parent;
      return moduleSpecifier === undefined ? [] : this.ofSpecifier(moduleSpecifier);
    }
    if (ts.isExportSpecifier(declaration)) {
      const { moduleSpecifier } = declaration.parent.parent;
      if (moduleSpecifier !== undefined) {
        return this.ofImported(moduleSpecifier, (declaration.propertyName ?? declaration.name).text);
      }
      const target = this.checker.getExportSpecifierLocalTargetSymbol(declaration);
      return target === undefined ? [] : this.ofSymbol(target);
    }
    if (ts.isExportAssignment(declaration)) return this.of(declaration.expression);
    if (ts.isImportEqualsDeclaration(declaration) && ts.isExternalModuleReference(declaration.moduleReference)) {
      return this.ofSpecifier(declaration.moduleReference.expression);
    }
    // `const lib = require('./lib')` in a JavaScript file.
    if (ts.isVariableDeclaration(declaration)) return this.ofVariable(declaration);
    if (ts.isBindingElement(declaration)) return this.ofBinding(declaration);
    return this.ofSymbol(this.checker.getAliasedSymbol(symbol));
  }

  private ofSpecifier(specifier: ts.Expression): readonly Referent[] {
    return ts.isStringLiteralLike(specifier) ? this.ofLoaded(specifier) : [];
  }

  private ofDeclaration(symbol: ts.Symbol, node: ts.Declaration): readonly Referent[] {
    if (this.modules.isOutside(fileOf(node))) return outsideExport(symbol, node);
    if (isFunctionNode(node)) {
      if (node.body !== undefined) return [{ kind: 'function', node }, ...overridable(symbol, node)];
      return ts.isMethodDeclaration(node) || ts.isAccessor(node) ? [{ kind: 'signature', symbol }] : [];
    }
    if (ts.isClassLike(node)) return [{ kind: 'class', node }];
    if (ts.isVariableDeclaration(node)) return this.ofVariable(node);
    if (ts.isBindingElement(node)) return this.ofBinding(node);
    if (ts.isParameter(node))
      return node.initializer === undefined ? [] : this.of(node.initializer).filter(isContainer);
    if (ts.isMethodSignature(node) || ts.isPropertySignature(node)) return [{ kind: 'signature', symbol }];
    if (ts.isPropertyDeclaration(node) && node.initializer === undefined) return [{ kind: 'signature', symbol }];
    if (ts.isPropertyAssignment(node) || ts.isPropertyDeclaration(node)) return this.ofMember(node);
    if (ts.isShorthandPropertyAssignment(node)) return this.ofMember(node);
    if (ts.isExportAssignment(node)) return this.of(node.expression);
    return this.ofAssigned(node);
  }

  /** `exports.now = …` in a JavaScript file. */
  private ofAssigned(node: ts.Node): readonly Referent[] {
    const assignment = ts.isBinaryExpression(node) ? node : isAccess(node) ? node.parent : undefined;
    return assignment !== undefined && ts.isBinaryExpression(assignment) ? this.of(assignment.right) : [];
  }

  private ofVariable(node: ts.VariableDeclaration): readonly Referent[] {
    if (node.initializer === undefined) return [];
    const found = this.of(node.initializer);
    const wraps = summaryOf(node.getSourceFile()).units.has(node) && this.isCallable(node);
    return wraps ? [...found, { kind: 'function', node }] : found;
  }

  private ofBinding(node: ts.BindingElement): readonly Referent[] {
    // `const { one, ...others } = lib`: what is left of the whole.
    if (node.dotDotDotToken !== undefined && ts.isObjectBindingPattern(node.parent)) {
      return this.ofBound(node.parent.parent);
    }
    const name = this.boundName(node);
    if (name === undefined) return [];
    const base = this.ofBound(node.parent.parent);
    const found = base.flatMap((referent) => this.member(referent, name));
    if (!this.members.has(name) || found.some(isKnown)) return found;
    const symbol = this.boundMember(node);
    return symbol === undefined ? found : withOwn(found, this.ofSymbol(symbol));
  }

  private boundName(node: ts.BindingElement): string | undefined {
    if (!ts.isObjectBindingPattern(node.parent) || node.dotDotDotToken !== undefined) return undefined;
    const name = node.propertyName ?? node.name;
    return nameText(name) ?? (ts.isComputedPropertyName(name) ? this.fixedText(name.expression) : undefined);
  }

  private ofBound(node: ts.VariableDeclaration | ts.ParameterDeclaration | ts.BindingElement): readonly Referent[] {
    if (ts.isBindingElement(node)) return this.ofBinding(node);
    return node.initializer === undefined ? [] : this.of(node.initializer);
  }
}

/** Whether a name may stand for something that is followed. */
function isNamed(node: ts.Identifier): boolean {
  return globals.has(node.text) || summaryOf(fileOf(node)).names.has(node.text);
}

function isContainer(referent: Referent): boolean {
  return referent.kind === 'global' && !referent.path.includes('.');
}

/** Whether a name stands for the built-in: nothing in the project's own code declares it. */
function isGlobal(symbol: ts.Symbol | undefined): boolean {
  const declarations = symbol?.declarations ?? [];
  return (
    declarations.length === 0 ||
    declarations.some((node) => node.getSourceFile().isDeclarationFile && isInGlobalScope(node)) ||
    declarations.every(isDeclaredOnly)
  );
}

/** `declare const process: …` in a module makes nothing: it gives a type to what is there. */
function isDeclaredOnly(node: ts.Declaration): boolean {
  return ts.isVariableDeclaration(node) && isAmbient(node.parent.parent);
}

function isInGlobalScope(node: ts.Node): boolean {
  if (!ts.isExternalModule(node.getSourceFile())) return true;
  return (
    ts.findAncestor(node, (outer) => ts.isModuleDeclaration(outer) && outer.name.getText() === 'global') !== undefined
  );
}

/** `DateTime.fromISO(text, { zone })` reads its text in that zone. */
function namesZone(node: ts.CallExpression | ts.NewExpression): boolean {
  return (node.arguments ?? []).some(
    (argument) =>
      ts.isObjectLiteralExpression(argument) &&
      argument.properties.some((property) => /^(zone|setZone)$/.test(property.name?.getText() ?? '')),
  );
}

/** Whether a referent is code of the project. */
function isOwn(referent: Referent): boolean {
  return referent.kind !== 'global' && referent.kind !== 'package';
}

/** What a member stands for by the way to it and by its type: of the type, all of it where there is no way. */
function withOwn(found: readonly Referent[], byType: readonly Referent[]): readonly Referent[] {
  return found.length === 0 ? byType : [...found, ...byType.filter(isOwn)];
}

/** Of a package the way says more than the type: a proxy of a function is not the function. */
function isKnown(referent: Referent): boolean {
  return referent.kind !== 'global';
}

const isDefining = /^define(Signal|Query|Update)$/;

const isFreezing = /^Object\.(freeze|seal|preventExtensions)$/;

/** A method that a subclass may replace: a call of it may run the subclass's. */
function overridable(symbol: ts.Symbol, node: ts.Node): readonly Referent[] {
  const isMember = ts.isMethodDeclaration(node) || ts.isAccessor(node);
  return isMember && ts.isClassLike(node.parent) ? [{ kind: 'signature', symbol }] : [];
}

/** What a package exports, known by where it is declared: `export *` leaves no specifier to read. */
function outsideExport(symbol: ts.Symbol, node: ts.Declaration): readonly Referent[] {
  if (!ts.isFunctionDeclaration(node) && !ts.isVariableDeclaration(node)) return [];
  const ambient = ts.findAncestor(node, ts.isModuleDeclaration);
  if (ambient !== undefined && ts.isStringLiteral(ambient.name)) {
    return [{ kind: 'package', module: ambient.name.text, path: [symbol.name] }];
  }
  const path = /.*\/node_modules\/(?:@types\/)?(.*)$/.exec(node.getSourceFile().fileName)?.[1];
  return path === undefined ? [] : [{ kind: 'package', module: packageOf(path), path: [symbol.name] }];
}
