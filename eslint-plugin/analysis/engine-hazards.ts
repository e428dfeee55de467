import ts from 'typescript';
import { decides, isLogged, isThrown } from './context.js';
import { plainText, probedFeature } from './globals.js';
import type { Hazard } from './hazards.js';
import type { Referents } from './referents.js';
import { bare, isFunctionNode, nameText, type Access } from './syntax.js';
import { walk } from './walk.js';

/** What differs between engines and builds, where it decides which way a workflow takes. */
export class EngineHazards {
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly referents: Referents,
    private readonly typed: boolean,
  ) {}

  ofAccess(access: Access): readonly Hazard[] {
    const name = this.referents.memberName(access);
    if (name === 'stack') return this.ofStack(access);
    if (name === 'message') return this.ofMessage(access);
    if (name === 'toString' && ts.isCallExpression(access.parent) && this.isFunction(access.expression)) {
      return this.ofFunctionText(access.parent);
    }
    return this.ofProbe(access);
  }

  /** `String(callback)` and `` `${callback}` `` */
  ofTextOf(value: ts.Expression): readonly Hazard[] {
    const node = bare(value);
    return this.isFunction(node) ? this.ofFunctionText(node) : [];
  }

  ofPower(node: ts.Expression, base: ts.Expression, exponent: ts.Expression): readonly Hazard[] {
    const fractional = isFractional(this.constant(base)) || isFractional(this.constant(exponent));
    if (!fractional || !decides(node)) return [];
    return [{ effect: 'engine', label: ts.isCallExpression(node) ? 'Math.pow()' : '**', remedy: powers }];
  }

  ofProbe(node: ts.Expression): readonly Hazard[] {
    const path = plainText(node);
    if (!probedFeature(path) || ts.isCallExpression(node.parent) || !this.asks(node)) return [];
    const isBuiltIn = this.referents.of(node).some((referent) => referent.kind === 'global');
    return isBuiltIn ? [{ effect: 'engine', label: `typeof ${path}`, remedy: probes }] : [];
  }

  /** `'groupBy' in Object` */
  ofIn(node: ts.BinaryExpression): readonly Hazard[] {
    const key = bare(node.left);
    if (!ts.isStringLiteralLike(key)) return [];
    const owner = plainText(node.right);
    const path = owner === 'globalThis' ? key.text : `${owner}.${key.text}`;
    return probedFeature(path) && decides(node)
      ? [{ effect: 'engine', label: `'${key.text}' in ${owner}`, remedy: probes }]
      : [];
  }

  /** A name under `typeof`, in a condition, or left of `??`, is asked for rather than used. */
  private asks(node: ts.Expression): boolean {
    const { parent } = node;
    if (ts.isTypeOfExpression(parent)) return decides(parent);
    if (ts.isBinaryExpression(parent) && parent.left === node) {
      const kind = parent.operatorToken.kind;
      if (kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken) return true;
    }
    return !ts.isPropertyAccessExpression(parent) && decides(node);
  }

  private ofStack(access: Access): readonly Hazard[] {
    if (isLogged(access) || isThrown(access) || !this.isError(access.expression)) return [];
    return isFreshError(access.expression) || decides(access) ? [stack] : [];
  }

  /** `const { stack } = new Error()`: an error that is made for its stack alone. */
  ofBinding(node: ts.BindingElement): readonly Hazard[] {
    const declaration = node.parent.parent;
    const name = nameText(node.propertyName ?? node.name);
    if (name !== 'stack' || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return [];
    return isFreshError(declaration.initializer) ? [stack] : [];
  }

  private ofMessage(access: Access): readonly Hazard[] {
    const name = bare(access.expression);
    if (!ts.isIdentifier(name) || isLogged(access) || isThrown(access)) return [];
    const clause = catchOf(name);
    const isEngines = clause === undefined ? this.isParseError(name) : onlyEngineThrows(clause.parent.tryBlock);
    if (!isEngines || !decides(access)) return [];
    const remedy = 'Its text differs between versions of Node: decide by the kind of error.';
    return [{ effect: 'engine', label: 'message of an engine error', remedy }];
  }

  /** Of a `SyntaxError` the engine wrote the text: nobody throws one of his own. */
  private isParseError(name: ts.Identifier): boolean {
    if (!this.typed) return false;
    const symbol = this.checker.getTypeAtLocation(name).getSymbol();
    return (
      /^(SyntaxError|URIError)$/.test(symbol?.name ?? '') &&
      (symbol?.declarations ?? []).some((node) => node.getSourceFile().isDeclarationFile)
    );
  }

  private ofFunctionText(node: ts.Expression): readonly Hazard[] {
    if (isLogged(node) || isThrown(node)) return [];
    return [
      {
        effect: 'engine',
        label: 'Function#toString()',
        remedy: 'It changes with each build: give it a name of its own.',
      },
    ];
  }

  private isFunction(value: ts.Expression): boolean {
    const node = bare(value);
    if (isFunctionNode(node)) return true;
    if (!ts.isIdentifier(node)) return false;
    const referents = this.referents.of(node);
    // The value of an accessor is what it returns.
    return (
      referents.length > 0 &&
      referents.every((r) => r.kind === 'class' || (r.kind === 'function' && isCallable(r.node)))
    );
  }

  private isError(value: ts.Expression): boolean {
    const node = bare(value);
    if (ts.isIdentifier(node) && catchOf(node) !== undefined) return true;
    if (ts.isNewExpression(node)) return /Error$/.test(node.expression.getText());
    if (!this.typed) return false;
    const property = this.checker.getTypeAtLocation(node).getProperty('stack');
    return (property?.declarations ?? []).some(
      (declaration) => ts.isInterfaceDeclaration(declaration.parent) && declaration.parent.name.text === 'Error',
    );
  }

  private constant(node: ts.Expression): ts.Expression {
    const value = bare(node);
    if (!ts.isIdentifier(value)) return value;
    const declaration = this.checker.getSymbolAtLocation(value)?.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
      return value;
    return (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0 ? value : bare(declaration.initializer);
  }
}

function isCallable(node: ts.Node): boolean {
  return isFunctionNode(node) && !ts.isAccessor(node);
}

/** `new Error()` where it is neither thrown nor kept. */
function isFreshError(node: ts.Expression): boolean {
  const value = bare(node);
  return ts.isNewExpression(value) && /^(Error|TypeError|RangeError)$/.test(value.expression.getText());
}

const stack: Hazard = {
  effect: 'engine',
  label: 'Error#stack',
  remedy: 'It holds paths of the build: decide by the type of the failure.',
};

const powers = 'Its last digits differ between versions of Node: round it, or multiply step by step.';
const probes = 'Newer versions of Node have it and older ones do not: take the same way on all.';

function isFractional(node: ts.Expression): boolean {
  const text = ts.isPrefixUnaryExpression(node) ? node.operand.getText() : node.getText();
  return /^[\d_]*\.\d*[1-9]\d*$/.test(text);
}

/** The catch clause that declares a name. */
function catchOf(name: ts.Identifier): ts.CatchClause | undefined {
  return ts.findAncestor(name, (node): node is ts.CatchClause => {
    if (!ts.isCatchClause(node)) return false;
    const declared = node.variableDeclaration?.name;
    return declared !== undefined && ts.isIdentifier(declared) && declared.text === name.text;
  });
}

const engineCalls = /^(JSON\.parse|new RegExp|RegExp|decodeURI|decodeURIComponent|BigInt|new URL|new Intl\.\w+)$/;

/** What throws nothing of its own, as a rule. */
const conversions = /^(String|Number|Boolean|JSON\.stringify)$/;

/** Whether all that a block awaits or calls is the engine's own code, at least once such that throws. */
function onlyEngineThrows(block: ts.Block): boolean {
  const found = new Set<'engine' | 'other'>();
  walk(block, (node) => {
    if (ts.isAwaitExpression(node) || ts.isThrowStatement(node)) found.add('other');
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const text = `${ts.isNewExpression(node) ? 'new ' : ''}${node.expression.getText()}`;
      if (!conversions.test(text)) found.add(engineCalls.test(text) ? 'engine' : 'other');
    }
    return found.has('other') ? 'stop' : undefined;
  });
  return found.has('engine') && !found.has('other');
}
