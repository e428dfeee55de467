import ts from 'typescript';
import type { Defaulted } from './defaults.js';
import { SummaryBuilder } from './summary-builder.js';

/** A place in a unit that may lead to other code or be a hazard. What it leads to only a program can say. */
export type Site =
  | { kind: 'call'; node: ts.CallExpression | ts.TaggedTemplateExpression }
  | { kind: 'new'; node: ts.NewExpression }
  /** A value that may be called by whoever gets it: `map(cb)`. */
  | { kind: 'mention'; node: ts.Expression; argumentOf: ts.CallExpression | undefined }
  /** A property read or written, which may be an accessor. A declared one is an alias: its uses count. */
  | {
      kind: 'access';
      node: ts.PropertyAccessExpression | ts.ElementAccessExpression;
      declared: boolean;
      write: boolean;
    }
  | { kind: 'binding'; node: ts.BindingElement }
  /** `({ now } = Date)` */
  | { kind: 'pattern'; node: ts.ObjectLiteralExpression; from: ts.Expression }
  /** A function written where it is passed on. */
  | { kind: 'literal'; node: ts.Node }
  | { kind: 'heritage'; node: ts.Expression }
  | { kind: 'load'; node: ts.StringLiteralLike }
  /** The functions that a module-level call got: `const load = memoize(() => …)`. */
  | { kind: 'wrapped'; node: ts.VariableDeclaration }
  /** A package or built-in module that the file names, wherever in it. */
  | { kind: 'package'; node: ts.StringLiteralLike }
  /** `import()` and an `await` at the top: they change how the whole bundle loads. */
  | { kind: 'loading'; node: ts.Node; label: string }
  | { kind: 'power'; node: ts.BinaryExpression }
  | { kind: 'in'; node: ts.BinaryExpression }
  /** A name under `typeof`. */
  | { kind: 'probe'; node: ts.Expression }
  /** A name of the platform's that is looked at, if only to give it another name. */
  | { kind: 'read'; node: ts.Identifier }
  /** A value that becomes a text or a number, and what the language wants of it first. */
  | { kind: 'text'; node: ts.Expression; hint: 'string' | 'default' }
  | { kind: 'number'; node: ts.Expression }
  /** A value that is gone through: `for (… of value)`, `[...value]`, `yield* value`. */
  | { kind: 'iterate'; node: ts.Expression; isAsync: boolean }
  /** `using span = start()`: it is disposed of at the end of its block. */
  | { kind: 'using'; node: ts.Expression }
  /** A place that is written to: the target of an assignment, of `delete`, `++` and `--`. */
  | { kind: 'write'; node: ts.Expression; value: ts.Expression | undefined };

/** A piece of code that runs as one: a function, what `new` runs, the default of a parameter, or the top level of a module. */
export interface Unit {
  /** A default runs where its parameter is not given. */
  kind: 'module' | 'function' | 'class' | 'wrapped' | 'default';
  node: ts.Node;
  file: ts.SourceFile;
  /** As a chain shows it; a function without a name is passed over. */
  name: string | undefined;
  sites: Site[];
}

/** An import or a re-export with a module specifier. */
export interface Import {
  specifier: ts.StringLiteralLike;
  /** Local name by imported name; `*` is the namespace. */
  bindings: readonly { local: string; imported: string }[];
  reexport: boolean;
  /** Whether it is still there at run time: types and unused names are dropped by the compiler. */
  live: boolean;
}

/** What one file says, without a program: kept as long as the file itself. */
export interface Summary {
  file: ts.SourceFile;
  module: Unit;
  units: ReadonlyMap<ts.Node, Unit>;
  /** The defaults that run code, by the function or class whose parameters have them. */
  defaults: ReadonlyMap<ts.Node, readonly Defaulted[]>;
  imports: readonly Import[];
  /** What it loads by a call. */
  required: readonly ts.StringLiteralLike[];
  /** Names that may stand for a function, a class, an import or an alias; others need no look-up. */
  names: ReadonlySet<string>;
  /** Names of members that have code. */
  members: ReadonlySet<string>;
  accessors: ReadonlySet<string>;
  classes: readonly ts.ClassLikeDeclaration[];
  objects: readonly ts.ObjectLiteralExpression[];
  /** The type arguments of `proxyActivities<…>` and its kin. */
  proxied: readonly ts.TypeNode[];
  /** Names used as a value anywhere, and those called or whose members are called. */
  valueNames: ReadonlySet<string>;
  calledNames: ReadonlySet<string>;
  /** Whether its code asks the SDK if it runs in a workflow. */
  asksContext: boolean;
}

const summaries = new WeakMap<ts.SourceFile, Summary>();

export function summaryOf(file: ts.SourceFile): Summary {
  let summary = summaries.get(file);
  if (summary === undefined) {
    summary = new SummaryBuilder(file).build();
    summaries.set(file, summary);
  }
  return summary;
}
