import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** A workflow function in the source, with the lines that are its own. */
export interface SourceWorkflow {
  name: string;
  /** What its own file calls it. */
  declared: string;
  file: string;
  line: number;
  /** Its last line. */
  end: number;
}

const source = /\.[cm]?[jt]sx?$/;
const skipped = /^(?:node_modules|tests?|__tests__|.*\.(?:test|spec|d)\.[cm]?[jt]sx?|\..*)$/;
/** What tools write to; below `src` it is source. */
const output = /^(?:dist|build|coverage)$/;

/** What the text of a module tells of its exports. */
export interface ModuleExports {
  workflows: SourceWorkflow[];
  /** Functions that are no workflows, since they are not asynchronous. */
  others: string[];
}

/**
 * The workflow functions that modules export, read from their text: it needs neither a compiler nor that they load.
 *
 * A function counts if it is asynchronous or made by `longRunning`; signals, queries and constants do not.
 */
export async function workflowsIn(files: readonly string[]): Promise<ModuleExports> {
  const found = new Map<string, Declared>();
  for (const file of files) for (const [name, one] of await exportsOf(file, new Set())) found.set(name, one);
  const all = [...found].map(([name, { kind, ...at }]) => ({ kind, at: { ...at, name } }));
  return {
    workflows: all.flatMap(({ kind, at }) => (kind === 'workflow' ? [at] : [])),
    others: all.flatMap(({ kind, at }) => (kind === 'other' ? [at.name] : [])),
  };
}

type Declared = SourceWorkflow & { exported: boolean; kind: 'workflow' | 'other' | undefined };

/** By the name under which each is exported. */
async function exportsOf(file: string, seen: Set<string>): Promise<Map<string, Declared>> {
  const found = new Map<string, Declared>();
  const text = seen.has(file) ? undefined : await readFile(file, 'utf8').catch(() => undefined);
  seen.add(file);
  if (text === undefined) return found;
  const declared = declaredIn(text, file);
  for (const one of declared) if (one.exported) found.set(one.name, one);
  for (const [, list = '', target] of text.matchAll(/^export\s+(\*|\{[^}]*\})(?:\s+from\s+['"](\.[^'"]+)['"])?/gm)) {
    const path = target === undefined ? undefined : await modulePath(resolve(dirname(file), target));
    const from = path === undefined ? new Map(declared.map((one) => [one.name, one])) : await exportsOf(path, seen);
    if (target !== undefined && path === undefined) continue;
    for (const [name, as] of list === '*' ? [...from.keys()].map((one) => [one, one] as const) : namesIn(list)) {
      const one = from.get(name);
      if (one && as !== 'default') found.set(as, one);
    }
  }
  return found;
}

/** `a` and `b as c` of `{ a, b as c, type D }`. */
export function namesIn(list: string): (readonly [name: string, as: string])[] {
  return [...list.matchAll(/(?<=[{,]\s*)(\w+)(?:\s+as\s+(\w+))?(?=\s*[,}])/g)].map(
    ([, name = '', as = name]) => [name, as] as const,
  );
}

/**
 * Files of a folder that look like workflow code, for a project of which nothing else is known.
 *
 * @param inSource Whether the folder is below `src`.
 */
export async function guessWorkflowFiles(folder: string, inSource = false): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: false }).catch(() => [])) {
    if (skipped.test(entry.name) || (!inSource && output.test(entry.name))) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await guessWorkflowFiles(path, inSource || entry.name === 'src')));
    else if (source.test(entry.name)) {
      const text = await readFile(path, 'utf8').catch(() => '');
      const imports = /(?:from\s+|require\()['"](?:@temporalio\/workflow|longhaul\/workflows)['"]/.test(text);
      if (imports && (await workflowsIn([path])).workflows.some((one) => one.file === path)) found.push(path);
    }
  }
  return found.sort();
}

function declaredIn(text: string, file: string): Declared[] {
  const lines = text.split('\n');
  const declarations = lines.flatMap((line, index) => {
    const match =
      /^(export\s+)?(?:default\s+)?(?:(async\s+)?function\s*\*?\s*(\w+)|const\s+(\w+)\b(.*)|class\s|let\s)/.exec(line);
    if (!match) return [];
    const [, exported, isAsync, named, constant, rest = ''] = match;
    const head = `${rest} ${lines.slice(index + 1, index + 3).join(' ')}`;
    const isWorkflow =
      named === undefined
        ? constant !== undefined && /^[^=]*=\s*(?:async\b|longRunning\b)/.test(head)
        : isAsync !== undefined ||
          /\)\s*:\s*Promise\b/.test(
            lines
              .slice(index, index + 8)
              .join(' ')
              .split('{')[0] ?? '',
          );
    // Of a constant that a call makes the text can't tell what it is.
    const isOther = named !== undefined || /^[^=]*=\s*(?:function\b|\(|\w+\s*=>)/.test(head);
    const kind: Declared['kind'] = isWorkflow ? 'workflow' : isOther ? 'other' : undefined;
    return [{ index, name: named ?? constant, exported: exported !== undefined, kind }];
  });
  return declarations.flatMap(({ index, name, exported, kind }, at) =>
    name === undefined
      ? []
      : [
          {
            name,
            declared: name,
            file,
            line: index + 1,
            end: declarations[at + 1]?.index ?? lines.length,
            exported,
            kind,
          },
        ],
  );
}

/** The file that a relative specifier, made absolute, stands for. */
export async function modulePath(path: string): Promise<string | undefined> {
  const bare = path.replace(/\.[cm]?js$/, '');
  const candidates = [path, ...['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${bare}.${ending}`)];
  for (const candidate of [...candidates, join(path, 'index.ts'), join(path, 'index.js')]) {
    if ((await stat(candidate).catch(() => undefined))?.isFile()) return candidate;
  }
  return undefined;
}
