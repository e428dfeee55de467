import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** A workflow function in the source, with the lines that are its own. */
export interface SourceWorkflow {
  name: string;
  file: string;
  line: number;
  /** Its last line. */
  end: number;
}

const source = /\.[cm]?[jt]sx?$/;
const skipped = /^(?:node_modules|dist|build|coverage|tests?|__tests__|.*\.(?:test|spec|d)\.[cm]?[jt]sx?|\..*)$/;

/**
 * The workflow functions that modules export, read from their text: it needs neither a compiler nor that they load.
 *
 * A function counts if it is asynchronous or made by `longRunning`; signals, queries and constants do not.
 */
export async function workflowsIn(files: readonly string[]): Promise<SourceWorkflow[]> {
  const found: SourceWorkflow[] = [];
  const seen = new Set<string>();
  const pending = [...files];
  for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    found.push(...declaredIn(text, file));
    for (const [, target = ''] of text.matchAll(/^export\s+(?:\*|\{[^}]*\})\s+from\s+['"](\.[^'"]+)['"]/gm)) {
      const path = await modulePath(resolve(dirname(file), target));
      if (path !== undefined) pending.push(path);
    }
  }
  return found;
}

/** Files of a folder that look like workflow code, for a project of which nothing else is known. */
export async function guessWorkflowFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: false }).catch(() => [])) {
    if (skipped.test(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await guessWorkflowFiles(path)));
    else if (source.test(entry.name)) {
      const text = await readFile(path, 'utf8').catch(() => '');
      const imports = /(?:from\s+|require\()['"](?:@temporalio\/workflow|longhaul\/workflows)['"]/.test(text);
      if (imports && declaredIn(text, path).length > 0) found.push(path);
    }
  }
  return found.sort();
}

function declaredIn(text: string, file: string): SourceWorkflow[] {
  const lines = text.split('\n');
  const declarations = lines.flatMap((line, index) => {
    const match =
      /^(export\s+)?(?:default\s+)?(?:(async\s+)?function\s*\*?\s*(\w+)|const\s+(\w+)\b(.*)|class\s|let\s)/.exec(line);
    if (!match) return [];
    const [, exported, isAsync, named, constant, rest = ''] = match;
    const head = `${rest} ${lines.slice(index + 1, index + 3).join(' ')}`;
    const isFunction =
      named === undefined
        ? constant !== undefined && /^[^=]*=\s*(?:async\b|longRunning\b)/.test(head)
        : isAsync !== undefined ||
          /\)\s*:\s*Promise\b/.test(
            lines
              .slice(index, index + 8)
              .join(' ')
              .split('{')[0] ?? '',
          );
    return [{ index, name: named ?? constant, isWorkflow: exported !== undefined && isFunction }];
  });
  return declarations.flatMap(({ index, name, isWorkflow }, at) =>
    isWorkflow && name !== undefined
      ? [{ name, file, line: index + 1, end: declarations[at + 1]?.index ?? lines.length }]
      : [],
  );
}

async function modulePath(path: string): Promise<string | undefined> {
  const bare = path.replace(/\.[cm]?js$/, '');
  const candidates = [path, ...['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${bare}.${ending}`)];
  for (const candidate of [...candidates, join(path, 'index.ts'), join(path, 'index.js')]) {
    if ((await stat(candidate).catch(() => undefined))?.isFile()) return candidate;
  }
  return undefined;
}
