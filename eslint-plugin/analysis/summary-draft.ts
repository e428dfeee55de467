import ts from 'typescript';
import type { Defaulted } from './defaults.js';
import { globals } from './globals.js';
import type { Import, Site, Summary, Unit } from './summary.js';
import { nameText } from './syntax.js';
import { unitName } from './unit-name.js';

/** What a walk over a file has come by so far. */
export class SummaryDraft {
  readonly units = new Map<ts.Node, Unit>();
  readonly defaults = new Map<ts.Node, Defaulted[]>();
  readonly imports: Import[] = [];
  readonly names = new Set<string>();
  readonly members = new Set<string>();
  readonly accessors = new Set<string>();
  readonly shorthands = new Set<string>();
  readonly classes: ts.ClassLikeDeclaration[] = [];
  readonly objects: ts.ObjectLiteralExpression[] = [];
  readonly valueNames = new Set<string>();
  readonly calledNames = new Set<string>();
  readonly proxied: ts.TypeNode[] = [];
  readonly aliased: (readonly [member: ts.PropertyName, value: string])[] = [];
  readonly required: ts.StringLiteralLike[] = [];
  readonly module: Unit;
  /** The one whose code is walked. */
  unit: Unit;

  constructor(private readonly file: ts.SourceFile) {
    this.module = this.add('module', file);
    this.unit = this.module;
  }

  add(kind: Unit['kind'], node: ts.Node): Unit {
    const unit: Unit = { kind, node, file: this.file, name: unitName(kind, node), sites: [] };
    this.units.set(node, unit);
    return unit;
  }

  /** Has `run` walk the default of a parameter of the function or class that is walked. */
  byDefault(node: Defaulted, run: () => void): void {
    const owner = this.unit.node;
    this.defaults.set(owner, [...(this.defaults.get(owner) ?? []), node]);
    this.within(this.add('default', node), run);
  }

  /** Most defaults are plain values: only those that run code are units. */
  private dropPlainDefaults(): void {
    for (const [owner, nodes] of this.defaults) {
      const running = nodes.filter((node) => (this.units.get(node)?.sites.length ?? 0) > 0);
      for (const node of nodes) if (!running.includes(node)) this.units.delete(node);
      if (running.length === 0) this.defaults.delete(owner);
      else this.defaults.set(owner, running);
    }
  }

  within(unit: Unit, run: () => void): void {
    const outer = this.unit;
    this.unit = unit;
    run();
    this.unit = outer;
  }

  /** Sorts out, once all of the file is known, which names stand for code and which imports are used. */
  done(): Summary {
    this.dropPlainDefaults();
    for (const [name, value] of this.aliased) {
      const text = this.names.has(value) || globals.has(value) ? nameText(name) : undefined;
      if (text !== undefined) this.members.add(text);
    }
    for (const entry of this.imports) {
      entry.live &&=
        entry.reexport || entry.bindings.length === 0 || entry.bindings.some((b) => this.valueNames.has(b.local));
    }
    // `{ id }` of a parameter holds no code that could be followed: most are such, and each member costs a look at types.
    for (const name of this.shorthands) if (this.names.has(name) || globals.has(name)) this.members.add(name);
    const loads = this.imports
      .filter((entry) => entry.live)
      .flatMap((entry): readonly Site[] => [{ kind: 'load', node: entry.specifier }, ...packageSite(entry.specifier)]);
    this.module.sites.unshift(...loads);
    const { file, module, units, defaults, imports, names, members, accessors, classes, objects, proxied, required } =
      this;
    const { valueNames, calledNames } = this;
    return {
      file,
      module,
      units,
      defaults,
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
}

/** A package is a place of its own, wherever it is named. */
export function packageSite(specifier: ts.StringLiteralLike): readonly Site[] {
  return /^[./#]/.test(specifier.text) ? [] : [{ kind: 'package', node: specifier }];
}
