import ts from 'typescript';
import { isLogged } from './context.js';
import type { Hazard, Use } from './hazards.js';
import { ofIntlArguments } from './intl.js';
import type { Referents } from './referents.js';
import { bare, fileOf, isAccess, type Access } from './syntax.js';

const localParts = ['FullYear', 'Month', 'Date', 'Day', 'Hours', 'Minutes'];
const localGetters = new Set([...localParts.map((part) => `get${part}`), 'getTimezoneOffset', 'getYear']);
const localSetters = new Set(localParts.map((part) => `set${part}`));
const localTexts = new Set(['toString', 'toDateString', 'toTimeString']);
const localeTexts = new Set(['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']);
const formats = new Set(['format', 'formatToParts']);

/** Members that may be a hazard by the type of what they belong to: no other one is looked up. */
const watched = new Set([
  ...localGetters,
  ...localSetters,
  ...localTexts,
  ...localeTexts,
  ...formats,
  'localeCompare',
  'now',
  'random',
  'timeout',
]);

/** What calls of built-in methods take from the host, by the type of the receiver or, without types, by what it shows. */
export class MemberHazards {
  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly referents: Referents,
    /** Whether the library's own types are there to ask. */
    private readonly typed: boolean,
  ) {}

  of(access: Access, use: Use, args: readonly ts.Expression[] | undefined): readonly Hazard[] {
    const name = this.referents.memberName(access);
    if (name === undefined || !watched.has(name)) return [];
    const constructed = this.constructorOf(access);
    if (constructed !== undefined) return this.ofConstructor(access, constructed, name);
    if (name === 'now' || name === 'random') return this.ofUnsafe(access, name);
    if (use !== 'call' && use !== 'mention') return [];
    if (localGetters.has(name) || localSetters.has(name)) return this.ofLocalPart(access, name);
    if (localTexts.has(name)) return this.ofText(access, name);
    if (args === undefined) return [];
    if (name === 'localeCompare') {
      if (!this.belongsTo(access, ['String'], true) || isLogged(access)) return [];
      return ofIntlArguments('String#localeCompare()', args[1], args[2], false);
    }
    if (localeTexts.has(name)) return this.ofLocaleText(access, name, args);
    if (formats.has(name) && args.length === 0 && this.typed && this.belongsTo(access, ['DateTimeFormat'], false)) {
      const label = `Intl.DateTimeFormat#${name}()`;
      return [{ effect: 'clock-leak', label, remedy: 'Pass the date to format.' }];
    }
    return [];
  }

  /** `` `${date}` ``, `String(date)` and `date + ''` are `date.toString()`. */
  ofTextOf(value: ts.Expression): readonly Hazard[] {
    if (!this.isDate(value) || isLogged(value)) return [];
    return [{ effect: 'time-zone', label: 'Date#toString()', remedy: 'Use toISOString().' }];
  }

  /** `new date.constructor()` and `date.constructor()` reach the clock behind the sandbox's. */
  ofConstruction(callee: ts.Expression, args: readonly ts.Expression[] | undefined): readonly Hazard[] {
    const target = this.origin(callee);
    if (!isAccess(target) || this.referents.memberName(target) !== 'constructor' || (args?.length ?? 0) > 0) return [];
    if (!this.isDate(target.expression)) return [];
    return [{ effect: 'clock-leak', label: 'Date#constructor()', remedy: leak }];
  }

  private ofConstructor(access: Access, owner: ts.Expression, name: string): readonly Hazard[] {
    if (name === 'now' && this.isDate(owner)) {
      return [{ effect: 'clock-leak', label: 'Date#constructor.now()', remedy: leak }];
    }
    if (name !== 'timeout' || !/signal/i.test(owner.getText())) return [];
    return [
      { effect: 'clock-leak', label: `${access.getText()}()`, remedy: 'Use a cancellation scope with a timeout.' },
    ];
  }

  private ofUnsafe(access: Access, name: string): readonly Hazard[] {
    const base = bare(access.expression);
    if (!isAccess(base) && !ts.isIdentifier(base)) return [];
    const isUnsafe = this.referents
      .of(base)
      .some(
        (referent) =>
          referent.kind === 'package' &&
          referent.module === '@temporalio/workflow' &&
          referent.path.join('.') === 'workflowInfo.().unsafe',
      );
    return isUnsafe ? [{ effect: 'clock-leak', label: `workflowInfo().unsafe.${name}` }] : [];
  }

  private ofLocalPart(access: Access, name: string): readonly Hazard[] {
    if (!this.belongsTo(access, ['Date'], false) || isLogged(access)) return [];
    const label = `Date#${name}()`;
    if (name === 'getTimezoneOffset')
      return [{ effect: 'time-zone', label, remedy: 'Pass the offset in, or work in UTC.' }];
    const twin = name === 'getYear' ? 'getUTCFullYear' : name.replace(/^[gs]et/, '$&UTC');
    return [{ effect: 'time-zone', label, remedy: `Use ${twin}().` }];
  }

  private ofText(access: Access, name: string): readonly Hazard[] {
    if (!this.belongsTo(access, ['Date'], false) || isLogged(access)) return [];
    return [{ effect: 'time-zone', label: `Date#${name}()`, remedy: 'Use toISOString().' }];
  }

  private ofLocaleText(access: Access, name: string, args: readonly ts.Expression[]): readonly Hazard[] {
    if (isLogged(access)) return [];
    const owner = this.ownerOf(access, name !== 'toLocaleString');
    if (owner === undefined) return [];
    const isDate = owner === 'Date';
    return ofIntlArguments(`${owner}#${name}()`, args[0], args[1], isDate);
  }

  /** The built-in that a `toLocale…` method belongs to. */
  private ownerOf(access: Access, onlyDates: boolean): string | undefined {
    for (const owner of ['Date', 'Number', 'BigInt', 'Array']) {
      if (this.belongsTo(access, [owner], owner === 'Date' && onlyDates)) return owner;
    }
    return undefined;
  }

  /**
   * Whether a member is the built-in one.
   *
   * @param byName Whether the name alone says so where no types are to be had.
   */
  private belongsTo(access: Access, owners: readonly string[], byName: boolean): boolean {
    const shown = this.shownOwner(access);
    if (shown !== undefined) return owners.includes(shown);
    if (this.typed) {
      const declarations = this.referents.memberSymbol(access)?.declarations ?? [];
      if (declarations.length > 0) return declarations.some((node) => isBuiltIn(node.parent, owners));
    }
    if (!byName) return false;
    // What the project declares itself is not the built-in.
    return this.referents.of(access).length === 0;
  }

  /** `new Date(…)`, or a name for it, shows its type without any. */
  private shownOwner(access: Access): string | undefined {
    for (const referent of this.referents.of(access.expression)) {
      if (referent.kind === 'global' && referent.path === 'Date.()') return 'Date';
    }
    return undefined;
  }

  private isDate(value: ts.Expression): boolean {
    const node = bare(value);
    if (this.referents.of(node).some((referent) => referent.kind === 'global' && referent.path === 'Date.()'))
      return true;
    if (!this.typed) return false;
    const type = this.checker.getTypeAtLocation(node);
    const symbol = (type.isTypeParameter() ? this.checker.getApparentType(type) : type).getSymbol();
    return symbol?.name === 'Date' && (symbol.declarations ?? []).some((d) => isBuiltIn(d, ['Date']));
  }

  /** What `x` is in `x.constructor.now`; `x.constructor` may have got another name. */
  private constructorOf(access: Access): ts.Expression | undefined {
    const base = this.origin(access.expression);
    return ts.isPropertyAccessExpression(base) && base.name.text === 'constructor' ? base.expression : undefined;
  }

  /** What a constant was set to, where it names a constructor. */
  private origin(expression: ts.Expression): ts.Expression {
    const value = bare(expression);
    if (!ts.isIdentifier(value) || !namesConstructor(fileOf(value))) return value;
    const declaration = this.checker.getSymbolAtLocation(value)?.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration)) return value;
    return declaration.initializer === undefined ? value : bare(declaration.initializer);
  }
}

const naming = new WeakMap<ts.SourceFile, boolean>();

function namesConstructor(file: ts.SourceFile): boolean {
  let known = naming.get(file);
  if (known === undefined) naming.set(file, (known = file.text.includes('.constructor')));
  return known;
}

const leak = 'It is the clock behind the one that the sandbox puts in its place.';

function isBuiltIn(node: ts.Node, owners: readonly string[]): boolean {
  if (!ts.isInterfaceDeclaration(node) || !node.getSourceFile().isDeclarationFile) return false;
  return owners.some((owner) => node.name.text === owner || (owner === 'Array' && node.name.text === 'ReadonlyArray'));
}
