import ts from 'typescript';
import type { CallGraph } from './call-graph.js';
import type { Unit } from './summary.js';
import { bare, isFunctionNode, nameText, type FunctionNode } from './syntax.js';
import { walk } from './walk.js';

export type HandlerKind = 'signal' | 'query' | 'update';

/** What a `setHandler()`, or a call of a helper that hands its arguments to one, registers. */
export interface Registration {
  node: ts.CallExpression;
  kind: HandlerKind | undefined;
  /** The text of what is handled, as this place has it. */
  definition: string;
  /** A function, or what names one; a few where a table of handlers is gone through. */
  callbacks: readonly ts.Node[];
  validators: readonly ts.Node[];
  options: ts.ObjectLiteralExpression | undefined;
  /** Whether a helper of the project registers it. */
  isWrapped: boolean;
}

/** A value as the code of a function has it: an expression, and which member of it. */
interface Source {
  node: ts.Node;
  members: readonly string[];
}

/** A value that a function is given: which parameter, and which member of that. */
interface Given {
  index: number;
  members: readonly string[];
}

/** A registration before its handlers are looked up: they may be what a function is given. */
interface Raw extends Omit<Registration, 'definition' | 'callbacks' | 'validators'> {
  definition: Source | undefined;
  callbacks: readonly Source[];
  validators: readonly Source[];
}

/** A registration whose handlers a function is given by its callers. */
interface Template extends Pick<Raw, 'kind' | 'options'> {
  /** What it registers for, or the name of that; a `Source` where it is always the same. */
  definition: Given | Source | undefined;
  callbacks: readonly Given[];
  validators: readonly Given[];
}

/** Stands for each member of a table of handlers. */
const each = '*';

/** Helpers in a row that hand a handler on. */
const deepest = 3;

const registers = /setHandler|setDefault\w+Handler/;

const defaults: Readonly<Record<string, HandlerKind>> = {
  setDefaultSignalHandler: 'signal',
  setDefaultQueryHandler: 'query',
  setDefaultUpdateHandler: 'update',
};

const kinds: Readonly<Record<string, HandlerKind>> = {
  'defineSignal.()': 'signal',
  'defineQuery.()': 'query',
  'defineUpdate.()': 'update',
};

/** Finds what units register, by themselves or through helpers of the project. */
export class Registrations {
  private readonly known = new Map<Unit, readonly Registration[]>();
  private readonly templates = new Map<Unit, readonly Template[]>();
  private mayRegister: boolean | undefined;

  constructor(private readonly graph: CallGraph) {}

  in(unit: Unit): readonly Registration[] {
    this.mayRegister ??= [...this.graph.files].some(({ text }) => registers.test(text));
    if (!this.mayRegister) return [];
    let known = this.known.get(unit);
    if (known === undefined) {
      const raw = [...this.direct(unit), ...this.wrapped(unit, 0)];
      this.known.set(unit, (known = raw.map((one) => this.lookedUp(one))));
    }
    return known;
  }

  private lookedUp({ definition, callbacks, validators, ...rest }: Raw): Registration {
    const nodes = (source: Source): readonly ts.Node[] => this.nodesOf(source);
    return {
      ...rest,
      definition: definition?.node.getText() ?? '',
      callbacks: callbacks.flatMap(nodes),
      validators: validators.flatMap(nodes),
    };
  }

  private direct(unit: Unit): readonly Raw[] {
    if (!registers.test(unit.file.text)) return [];
    return unit.sites.flatMap((site): readonly Raw[] => {
      if (site.kind !== 'call' || !ts.isCallExpression(site.node)) return [];
      const { node } = site;
      const [first, second, third] = node.arguments;
      const name = first === undefined ? undefined : this.sdkName(node.expression);
      if (name === undefined || first === undefined) return [];
      const whole = defaults[name];
      const common = { node, isWrapped: false };
      if (whole !== undefined) {
        const callbacks = [this.sourceOf(first)];
        return [{ ...common, kind: whole, definition: undefined, callbacks, validators: [], options: undefined }];
      }
      if (name !== 'setHandler' || second === undefined) return [];
      const given = third && bare(third);
      const options = given !== undefined && ts.isObjectLiteralExpression(given) ? given : undefined;
      const definition = { node: first, members: [] };
      const callbacks = [this.sourceOf(second)];
      return [
        { ...common, kind: this.kindOf(first), definition, callbacks, validators: validatorsIn(options), options },
      ];
    });
  }

  private kindOf(definition: ts.Expression): HandlerKind | undefined {
    return kinds[this.sdkName(definition) ?? ''];
  }

  private sdkName(expression: ts.Expression): string | undefined {
    for (const referent of this.graph.referents.of(expression)) {
      if (referent.kind === 'package' && referent.module === '@temporalio/workflow') return referent.path.join('.');
    }
    return undefined;
  }

  private wrapped(unit: Unit, depth: number): readonly Raw[] {
    return this.graph.from(unit).edges.flatMap(({ node, to }): readonly Raw[] => {
      if (!ts.isCallExpression(node) || node.arguments.length === 0 || !isFunctionNode(to.node)) return [];
      return this.templatesOf(to, depth).flatMap((template) => this.applied(template, node));
    });
  }

  /** What a call of a helper registers. */
  private applied({ kind, options, ...template }: Template, node: ts.CallExpression): readonly Raw[] {
    const given = ({ index, members }: Given): readonly Source[] => {
      const before = node.arguments.slice(0, index + 1);
      const argument = before.some(ts.isSpreadElement) ? undefined : before[index];
      if (argument === undefined) return [];
      const { node: value, members: first } = this.sourceOf(argument);
      return [{ node: value, members: [...first, ...members] }];
    };
    const callbacks = template.callbacks.flatMap(given);
    const validators = template.validators.flatMap(given);
    if (callbacks.length === 0 && validators.length === 0) return [];
    const { definition: from } = template;
    const definition = from !== undefined && 'index' in from ? given(from)[0] : from;
    const [defined] = definition === undefined || kind !== undefined ? [] : this.nodesOf(definition);
    const asked = defined !== undefined && ts.isExpression(defined) ? this.kindOf(defined) : undefined;
    return [{ node, kind: kind ?? asked, definition, callbacks, validators, options, isWrapped: true }];
  }

  /** What a function registers of what it is given. */
  private templatesOf(unit: Unit, depth: number): readonly Template[] {
    const known = this.templates.get(unit);
    if (known !== undefined) return known;
    const { node } = unit;
    if (depth >= deepest || !isFunctionNode(node) || node.parameters.length === 0) return [];
    // Set first: a helper may call itself.
    this.templates.set(unit, []);
    const raw = [...this.direct(unit), ...this.wrapped(unit, depth + 1)];
    const found = raw.flatMap((one) => this.templateOf(one, node));
    this.templates.set(unit, found);
    return found;
  }

  private templateOf({ kind, definition, options, ...raw }: Raw, code: FunctionNode): readonly Template[] {
    const callbacks = raw.callbacks.flatMap((source) => this.handedIn(source, code));
    const validators = raw.validators.flatMap((source) => this.handedIn(source, code));
    if (callbacks.length === 0 && validators.length === 0) return [];
    const [given] = definition === undefined ? [] : this.givenIn(named(definition), code);
    return [{ kind, definition: given ?? definition, callbacks, validators, options }];
  }

  /** The parameters that a handler is, or that a handler written in place calls. */
  private handedIn(source: Source, code: FunctionNode): readonly Given[] {
    const inPlace = this.nodesOf(source)
      .map((node) => (ts.isExpression(node) ? bare(node) : node))
      .filter(isFunctionNode);
    if (inPlace.length === 0) return this.givenIn(source, code);
    const found: Given[] = [];
    for (const handler of inPlace) {
      walk(handler, (node) => {
        if (ts.isCallExpression(node)) found.push(...this.givenIn(this.sourceOf(calledIn(node)), code));
        return undefined;
      });
    }
    return found;
  }

  /** Which parameter of a function a value is. */
  private givenIn(source: Source, code: FunctionNode, hops = 0): readonly Given[] {
    const node = ts.isExpression(source.node) ? bare(source.node) : source.node;
    const { members } = source;
    if (ts.isPropertyAccessExpression(node)) {
      return this.givenIn({ node: node.expression, members: [node.name.text, ...members] }, code, hops);
    }
    if (!ts.isIdentifier(node) || hops > 5) return [];
    const path: string[] = [];
    let at: ts.Node | undefined = this.graph.declarationOf(node);
    while (at !== undefined && ts.isBindingElement(at) && ts.isObjectBindingPattern(at.parent)) {
      const name = nameText(at.propertyName ?? at.name);
      if (name === undefined) return [];
      if (at.dotDotDotToken === undefined) path.unshift(name);
      at = at.parent.parent;
    }
    if (at === undefined) return [];
    if (ts.isParameter(at)) {
      if (at.parent !== code || at.dotDotDotToken !== undefined) return [];
      return [{ index: code.parameters.indexOf(at), members: [...path, ...members] }];
    }
    if (!ts.isVariableDeclaration(at) || at.initializer === undefined) return [];
    return this.givenIn({ node: at.initializer, members: [...path, ...members] }, code, hops + 1);
  }

  /** A value, or where it is one of a table that a loop goes through, each of that table. */
  private sourceOf(expression: ts.Expression): Source {
    const value = bare(expression);
    const declaration = ts.isIdentifier(value) ? this.graph.declarationOf(value) : undefined;
    const table = declaration && tableOf(declaration);
    return table === undefined ? { node: expression, members: [] } : { node: table, members: [each] };
  }

  /** The functions, or the names of some, that a source stands for. */
  private nodesOf({ node, members: [name, ...others] }: Source): readonly ts.Node[] {
    if (name === undefined) return [node];
    if (!ts.isExpression(node)) return [];
    const objects = this.graph.referents.of(node).flatMap((r) => (r.kind === 'object' ? [r.node] : []));
    return objects
      .flatMap(({ properties }) => [...properties])
      .filter((property) => name === each || (property.name !== undefined && nameText(property.name) === name))
      .flatMap((property): readonly ts.Node[] => {
        if (ts.isPropertyAssignment(property)) return this.nodesOf({ node: property.initializer, members: others });
        if (ts.isShorthandPropertyAssignment(property)) return this.nodesOf({ node: property.name, members: others });
        return ts.isMethodDeclaration(property) && others.length === 0 ? [property] : [];
      });
  }
}

/** `name` in `defineQuery(name)`. */
function named(definition: Source): Source {
  const value = ts.isExpression(definition.node) ? bare(definition.node) : undefined;
  const [name] = value !== undefined && ts.isCallExpression(value) ? value.arguments : [];
  return name === undefined ? definition : { node: name, members: [] };
}

/** `fn` in `fn(…)` and `fn.apply(…)`. */
function calledIn(node: ts.CallExpression): ts.Expression {
  const callee = bare(node.expression);
  const isHandedOn = ts.isPropertyAccessExpression(callee) && /^(call|apply)$/.test(callee.name.text);
  return isHandedOn ? callee.expression : callee;
}

/** The table of `for (const [name, fn] of Object.entries(table))` and of `for (const fn of Object.values(table))`. */
function tableOf(declaration: ts.Declaration): ts.Expression | undefined {
  const isSecond =
    ts.isBindingElement(declaration) &&
    ts.isArrayBindingPattern(declaration.parent) &&
    declaration.parent.elements[1] === declaration;
  const variable = isSecond ? declaration.parent.parent : declaration;
  if (!ts.isVariableDeclaration(variable) || !ts.isForOfStatement(variable.parent.parent)) return undefined;
  const call = bare(variable.parent.parent.expression);
  if (!ts.isCallExpression(call)) return undefined;
  return call.expression.getText() === (isSecond ? 'Object.entries' : 'Object.values') ? call.arguments[0] : undefined;
}

function validatorsIn(options: ts.ObjectLiteralExpression | undefined): readonly Source[] {
  const found = (options?.properties ?? []).filter(({ name }) => name !== undefined && nameText(name) === 'validator');
  return found.flatMap((property): readonly Source[] => {
    if (ts.isPropertyAssignment(property)) return [{ node: property.initializer, members: [] }];
    if (ts.isShorthandPropertyAssignment(property)) return [{ node: property.name, members: [] }];
    return ts.isMethodDeclaration(property) ? [{ node: property, members: [] }] : [];
  });
}
