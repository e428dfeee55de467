import { dirname, resolve } from 'node:path';
import ts from 'typescript';
import type { Modules } from './modules.js';
import { oneFileProgram } from './one-file.js';
import { bare, isAccess, nameText } from './syntax.js';
import { walk } from './walk.js';

const hookKey = 'webpackConfigHook';
const pathKeys = new Set(['workflowsPath']);
const interceptorKeys = new Set(['workflowModules', 'workflowInterceptorModules']);
const converterKeys = new Set(['payloadConverterPath', 'failureConverterPath']);
const optionKeys = new Set([...pathKeys, ...interceptorKeys, ...converterKeys, 'preloadModules', 'ignoreModules']);

/** The modules that a file hands to the SDK's bundler. */
export interface BundledModules {
  workflows: ts.SourceFile[];
  /** Interceptors and converters: modules whose every member the SDK may call in the sandbox. */
  interceptors: ts.SourceFile[];
  preloaded: ts.SourceFile[];
  /** What the bundler is told to leave out. */
  ignored: string[];
  /** Whether a path could not be read from the source. */
  unknown: boolean;
}

/** Reads `workflowsPath` and its kin, in whatever object literal they stand: options are often built elsewhere. */
export function bundledModules(
  file: ts.SourceFile,
  program: ts.Program,
  checker: ts.TypeChecker,
  modules: Modules,
  cwd: string,
): BundledModules {
  return readModules(file, new PathReader(program, checker, modules, cwd));
}

const configNames = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `longhaul.config.${ending}`);

/** What a `longhaul.config.ts` names that the program does not list, read without running it. */
export function configuredModules(program: ts.Program, modules: Modules, cwd: string): BundledModules | undefined {
  if (program.getCompilerOptions().noResolve === true) return undefined;
  const path = configNames.map((name) => resolve(cwd, name)).find((name) => ts.sys.fileExists(name));
  if (path === undefined || program.getSourceFile(path) !== undefined) return undefined;
  const alone = oneFileProgram(path, ts.sys.readFile(path) ?? '');
  const file = alone.getSourceFile(path);
  if (file === undefined) return undefined;
  return readModules(file, new PathReader(program, alone.getTypeChecker(), modules, dirname(path)));
}

/** What of a file's own text speaks to the bundler: it is looked for once, and read for each program. */
interface Mentions {
  /** Options by their names, with their values. */
  options: readonly (readonly [key: string, value: ts.Expression])[];
  /** Texts in hooks. */
  hooked: readonly string[];
}

const mentions = new WeakMap<ts.SourceFile, Mentions>();

function mentionsIn(file: ts.SourceFile): Mentions {
  const known = mentions.get(file);
  if (known !== undefined) return known;
  const [options, hooked] = [new Array<readonly [string, ts.Expression]>(), new Array<string>()];
  walk(file, (node) => {
    if (ts.isPropertyAssignment(node)) take(nameText(node.name), node.initializer);
    else if (ts.isShorthandPropertyAssignment(node)) take(node.name.text, node.name);
    else if (ts.isMethodDeclaration(node) && nameText(node.name) === hookKey) takeHook(node);
    return undefined;
  });
  const found = { options, hooked };
  mentions.set(file, found);
  return found;

  function take(key: string | undefined, value: ts.Expression): void {
    if (key === hookKey) takeHook(bare(value));
    else if (key !== undefined && optionKeys.has(key)) options.push([key, value]);
  }

  /** What a hook names of the bundler's configuration, such as `externals: { '@acme/host': … }`, comes from elsewhere. */
  function takeHook(hook: ts.Node): void {
    walk(hook, (node) => {
      if (ts.isStringLiteralLike(node)) hooked.push(node.text);
      return undefined;
    });
  }
}

function readModules(file: ts.SourceFile, reader: PathReader): BundledModules {
  const { options, hooked } = mentionsIn(file);
  const found: BundledModules = {
    workflows: [],
    interceptors: [],
    preloaded: [],
    ignored: [...hooked],
    unknown: false,
  };
  for (const [key, value] of options) {
    if (pathKeys.has(key)) {
      const targets = reader.files(value);
      if (targets.length === 0) found.unknown = true;
      else found.workflows.push(...targets);
    } else if (converterKeys.has(key)) {
      const target = reader.file(value);
      if (target !== undefined) found.interceptors.push(target);
    } else if (interceptorKeys.has(key)) {
      found.interceptors.push(...elements(value).flatMap((element) => reader.file(element) ?? []));
    } else if (key === 'preloadModules') {
      found.preloaded.push(...elements(value).flatMap((element) => reader.file(element) ?? []));
    } else {
      for (const element of elements(reader.origin(value)))
        if (ts.isStringLiteralLike(element)) found.ignored.push(element.text);
    }
  }
  return found;
}

function elements(value: ts.Expression): readonly ts.Expression[] {
  const list = bare(value);
  return ts.isArrayLiteralExpression(list) ? list.elements : [];
}

/** Computes the paths that `require.resolve`, `import.meta` and `node:path` make, without running anything. */
class PathReader {
  constructor(
    private readonly program: ts.Program,
    private readonly checker: ts.TypeChecker,
    private readonly modules: Modules,
    private readonly cwd: string,
  ) {}

  /** The files that a value may name: `isBuilt ? a : b`, or `given ?? standard`, where who gives another names it there. */
  files(value: ts.Expression): readonly ts.SourceFile[] {
    const node = this.origin(value);
    if (ts.isConditionalExpression(node)) return [...this.files(node.whenTrue), ...this.files(node.whenFalse)];
    if (ts.isBinaryExpression(node) && isFallback(node)) return [...this.files(node.left), ...this.files(node.right)];
    const file = this.file(node);
    return file === undefined ? [] : [file];
  }

  file(value: ts.Expression): ts.SourceFile | undefined {
    const node = this.origin(value);
    const from = node.getSourceFile().fileName;
    const specifier = this.specifier(node);
    if (specifier !== undefined) return this.modules.resolveText(specifier, from);
    const path = this.path(node);
    if (path === undefined) return undefined;
    return (
      this.program.getSourceFile(path) ??
      this.modules.resolveText(path, from) ??
      this.modules.resolveText(resolve(dirname(from), path), from)
    );
  }

  private path(value: ts.Expression): string | undefined {
    const node = this.origin(value);
    const folder = dirname(node.getSourceFile().fileName);
    if (ts.isStringLiteralLike(node)) return resolve(this.cwd, node.text);
    if (isFolder(node)) return folder;
    if (ts.isTemplateExpression(node)) return resolve(this.cwd, this.template(node) ?? '');
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      const [left, right] = [this.path(node.left), this.origin(node.right)];
      return left !== undefined && ts.isStringLiteralLike(right) ? left + right.text : undefined;
    }
    if (isAccess(node) && ['pathname', 'href'].includes(nameOf(node))) return this.path(node.expression);
    if (ts.isNewExpression(node) && node.expression.getText() === 'URL')
      return this.fromUrl(node.arguments ?? [], folder);
    return ts.isCallExpression(node) ? this.call(node) : undefined;
  }

  private call(node: ts.CallExpression): string | undefined {
    const name = isAccess(node.expression) ? nameOf(node.expression) : node.expression.getText();
    const [first, ...rest] = node.arguments;
    if (first === undefined) return undefined;
    if (name === 'fileURLToPath' || name === 'dirname') {
      const inner = this.origin(first);
      if (/^(import\.meta\.url|__filename|fileURLToPath\(import\.meta\.url\))$/.test(inner.getText())) {
        return dirname(node.getSourceFile().fileName);
      }
      const specifier = this.specifier(inner);
      const target =
        specifier === undefined ? undefined : this.modules.resolveText(specifier, node.getSourceFile().fileName);
      return target?.fileName ?? this.path(inner);
    }
    if (name !== 'join' && name !== 'resolve') return undefined;
    const texts = rest
      .map((part) => this.origin(part))
      .map((part) => (ts.isStringLiteralLike(part) ? part.text : undefined));
    const base = this.path(first);
    return base === undefined || texts.includes(undefined)
      ? undefined
      : resolve(base, ...texts.map((text) => `./${text ?? ''}`));
  }

  private fromUrl([path, base]: readonly ts.Expression[], folder: string): string | undefined {
    if (path === undefined || base?.getText() !== 'import.meta.url') return undefined;
    const node = this.origin(path);
    return ts.isStringLiteralLike(node) ? resolve(folder, node.text) : undefined;
  }

  private template(node: ts.TemplateExpression): string | undefined {
    const parts = node.templateSpans.map((span) => {
      const value = this.path(span.expression);
      return value === undefined ? undefined : value + span.literal.text;
    });
    return parts.includes(undefined) ? undefined : node.head.text + parts.join('');
  }

  /** The specifier in `require.resolve('…')` and `import.meta.resolve('…')`. */
  private specifier(node: ts.Expression): string | undefined {
    if (!ts.isCallExpression(node) || !/(^|\.)(require|meta)\.resolve$/.test(node.expression.getText()))
      return undefined;
    const [argument] = node.arguments;
    const value = argument && this.origin(argument);
    return value !== undefined && ts.isStringLiteralLike(value) ? value.text : undefined;
  }

  /** What a constant was set to. */
  origin(value: ts.Expression): ts.Expression {
    let node = bare(value);
    for (let hops = 0; ts.isIdentifier(node) && hops < 5; hops += 1) {
      let symbol = ts.isShorthandPropertyAssignment(node.parent)
        ? this.checker.getShorthandAssignmentValueSymbol(node.parent)
        : this.checker.getSymbolAtLocation(node);
      if (symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0)
        symbol = this.checker.getAliasedSymbol(symbol);
      const declaration = symbol?.valueDeclaration;
      if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined)
        break;
      if (this.modules.isOutside(declaration.getSourceFile())) break;
      node = bare(declaration.initializer);
    }
    return node;
  }
}

function isFallback({ operatorToken: { kind } }: ts.BinaryExpression): boolean {
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken;
}

function nameOf(node: ts.PropertyAccessExpression | ts.ElementAccessExpression): string {
  return ts.isPropertyAccessExpression(node) ? node.name.text : '';
}

function isFolder(node: ts.Expression): boolean {
  return /^(__dirname|import\.meta\.dirname)$/.test(node.getText());
}
