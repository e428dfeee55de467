import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { declarationsOf } from './declarations';
import type { Declaration } from './declarations';
import { modulePath, namesIn } from './workflow-types';

/** What a piece of source leads to, read from the text of the modules: it needs neither a compiler nor that they load. */
export interface Reach {
  /** Declarations that it uses, directly or through others. */
  declarations: ReadonlySet<Declaration>;
  /** Modules that are loaded for it. */
  files: ReadonlySet<string>;
  /** Whether it imports what the text can't find, such as a path alias or another package of the workspace. */
  open: boolean;
}

/** Reads each module once, and tells what is reached in it and from it. */
export class SourceReach {
  private readonly modules = new Map<string, Promise<Module | undefined>>();

  /** What a declaration reaches; without a name, what all of the module does. */
  async from(file: string, name?: string): Promise<Reach> {
    const declarations = new Set<Declaration>();
    const wanted: [file: string, name: string][] = [[file, name ?? all]];
    const asked = new Set<string>();
    for (const [at, one] of wanted) {
      if (asked.has(`${at}#${one}`)) continue;
      asked.add(`${at}#${one}`);
      const module = await this.module(at);
      if (!module) continue;
      const uses = (words: ReadonlySet<string>): void => {
        for (const own of module.declarations) if (own.names.some((word) => words.has(word))) use(own);
        for (const { local, imported, target } of module.imports)
          if (target !== undefined && words.has(local)) wanted.push([target, imported]);
      };
      const use = (declaration: Declaration): void => {
        if (declarations.has(declaration)) return;
        declarations.add(declaration);
        uses(new Set(declaration.text.match(/[\w$]+/g)));
      };
      if (one === all) {
        module.declarations.forEach(use);
        uses(new Set(module.imports.map(({ local }) => local)));
      } else uses(new Set([one]));
      for (const { names, target } of module.exports) {
        if (names === undefined || one === all) wanted.push([target ?? at, one]);
        else for (const [from, as] of names) if (as === one) wanted.push([target ?? at, from]);
      }
    }
    return { declarations, ...(await this.loaded(file)) };
  }

  /** The declaration that a line of a module is in. */
  async at(file: string, line: number): Promise<Declaration | undefined> {
    return (await this.module(file))?.declarations.find(({ from, to }) => line >= from && line <= to);
  }

  private async loaded(file: string): Promise<Pick<Reach, 'files' | 'open'>> {
    const files = new Set([file]);
    let open = false;
    for (const one of files) {
      const module = await this.module(one);
      open ||= module?.open ?? false;
      for (const target of module?.targets ?? []) files.add(target);
    }
    return { files, open };
  }

  private module(file: string): Promise<Module | undefined> {
    const known = this.modules.get(file) ?? readModule(file);
    this.modules.set(file, known);
    return known;
  }
}

/** All of a module, where the text does not tell which of its exports is used. */
const all = '*';

interface Module {
  declarations: readonly Declaration[];
  imports: readonly { local: string; imported: string; target: string | undefined }[];
  /** Lists of `export { … }`, with the module that they are of where it is another; without names `export *`. */
  exports: readonly { names?: readonly (readonly [from: string, as: string])[]; target: string | undefined }[];
  /** Modules of the project that it loads. */
  targets: readonly string[];
  open: boolean;
}

async function readModule(file: string): Promise<Module | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s*)?['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\b(?:require|import)\(\s*['"]([^'"]+)['"]/g),
  ].map(([, specifier = '']) => specifier);
  const found = new Map<string, string | undefined>();
  for (const one of specifiers) if (one.startsWith('.')) found.set(one, await modulePath(resolve(dirname(file), one)));
  const imports = [...text.matchAll(/^import\s+(?!type\b)([^'";]*?)\s+from\s*['"](\.[^'"]+)['"]/gm)].flatMap(
    ([, clause = '', specifier = '']) =>
      localsOf(clause).map(([imported, local]) => ({ local, imported, target: found.get(specifier) })),
  );
  const required = [
    ...text.matchAll(
      /^(?:const|let|var)\s+(\w+|\{[^}]*\})\s*=\s*(?:await\s+)?(?:require|import)\(\s*['"](\.[^'"]+)['"]/gm,
    ),
  ].flatMap(([, names = '', specifier = '']) =>
    (names.match(/\w+/g) ?? []).map((local) => ({ local, imported: all, target: found.get(specifier) })),
  );
  const exports = [...text.matchAll(/^export\s+(\*|\{[^}]*\})(?:\s*from\s*['"](\.[^'"]+)['"])?/gm)].map(
    ([, list = '', specifier]) => ({
      ...(list === '*' ? {} : { names: namesIn(list) }),
      target: specifier === undefined ? undefined : found.get(specifier),
    }),
  );
  return {
    declarations: declarationsOf(text),
    imports: [...imports, ...required],
    exports,
    targets: [...found.values()].flatMap((target) => target ?? []),
    open: specifiers.some((one) => (one.startsWith('.') ? found.get(one) === undefined : !isPackage(one, file))),
  };
}

/** What each name of an import clause is called in the module that it comes from. */
function localsOf(clause: string): (readonly [imported: string, local: string])[] {
  const [, whole] = /^(\w+)/.exec(clause) ?? [];
  const [, namespace] = /\*\s*as\s+(\w+)/.exec(clause) ?? [];
  return [
    ...[whole, namespace].flatMap((local) => (local === undefined ? [] : [[all, local] as const])),
    ...namesIn(clause),
  ];
}

/** Whether it is installed, and no package of the same workspace, whose source may be workflow code too. */
function isPackage(specifier: string, file: string): boolean {
  if (isBuiltin(specifier) || /^(?:@temporalio\/|longhaul(?:\/|$))/.test(specifier)) return true;
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1);
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      return realpathSync(join(folder, 'node_modules', ...name)).includes(`${sep}node_modules${sep}`);
    } catch {
      if (dirname(folder) === folder) return false;
    }
  }
}
