import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What a bundle was made from. Of a file its content counts, and of one that is not there that it stays so. */
interface Inputs {
  files: Record<string, string>;
  folders: Record<string, string>;
  missing: string[];
}

interface Entry extends Inputs {
  schema: 'longhaul.bundle/1';
  code: string;
}

/** The parts of webpack that tell what a compilation has read. */
export interface CompilationInputs {
  fileDependencies: Iterable<string>;
  contextDependencies: Iterable<string>;
  missingDependencies: Iterable<string>;
}

/** How many bundles a project keeps. */
const most = 12;

/**
 * Keeps bundles in `node_modules/.cache/longhaul`, each with the digests of all that it was made from, as webpack tells it:
 * files that were read, folders that were listed, and places where a file that appears would be taken instead.
 *
 * @param workflowsPath The cache lies in the nearest `node_modules` above it; without one nothing is kept.
 * @param key All else that a bundle depends on.
 */
export class BundleCache {
  private readonly path: string | undefined;

  constructor(workflowsPath: string, key: unknown) {
    const folder = cacheFolder(workflowsPath);
    const name = digest(JSON.stringify([workflowsPath, versions(), key])).slice(0, 24);
    this.path = folder && join(folder, `${name}.json`);
  }

  /** The code, if nothing that it was made from has changed since. */
  async read(): Promise<string | undefined> {
    if (this.path === undefined) return undefined;
    try {
      const entry = JSON.parse(await readFile(this.path, 'utf8')) as Partial<Entry>;
      return isEntry(entry) && (await isCurrent(entry)) ? entry.code : undefined;
    } catch {
      return undefined; // not there, or damaged: make it anew
    }
  }

  /** Keeps a bundle. A cache that can't be written costs time, and nothing else. */
  async write(code: string, inputs: CompilationInputs): Promise<void> {
    if (this.path === undefined) return;
    try {
      const entry: Entry = { schema: 'longhaul.bundle/1', ...(await digestInputs(inputs)), code };
      const draft = `${this.path}.${process.pid}.tmp`;
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(draft, JSON.stringify(entry));
      await rename(draft, this.path);
      await removeOldest(dirname(this.path));
    } catch {
      // A read-only checkout, a full disk.
    }
  }
}

function isEntry(entry: Partial<Entry>): entry is Entry {
  return entry.schema === 'longhaul.bundle/1' && typeof entry.code === 'string';
}

export function cacheFolder(workflowsPath: string): string | undefined {
  for (let folder = dirname(workflowsPath); ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (existsSync(modules)) return join(modules, '.cache', 'longhaul');
    if (folder === dirname(folder)) return undefined;
  }
}

/** What else decides over the code of a bundle and over how it runs. */
export function versions(): string[] {
  const requireFromWorker = createRequire(require.resolve('@temporalio/worker'));
  return [
    process.version,
    process.platform,
    process.arch,
    ...['@temporalio/worker', '@temporalio/workflow', '@temporalio/core-bridge', 'webpack'].map((name) =>
      versionOf(requireFromWorker, name),
    ),
    versionOf(createRequire(__filename), '../../package.json'),
  ];
}

function versionOf(requireFrom: NodeJS.Require, name: string): string {
  try {
    const { version } = requireFrom(name.endsWith('.json') ? name : `${name}/package.json`) as { version: string };
    return `${name} ${version}`;
  } catch {
    return `${name} unknown`;
  }
}

async function digestInputs(inputs: CompilationInputs): Promise<Inputs> {
  const files: Record<string, string> = {};
  const folders: Record<string, string> = {};
  const missing = [...inputs.missingDependencies].filter((path) => !existsSync(path));
  for (const path of inputs.fileDependencies) {
    const found = await digestOfFile(path);
    if (found !== undefined) files[path] = found; // the entry point is in memory alone
  }
  for (const path of inputs.contextDependencies) folders[path] = await digestOfFolder(path);
  return { files, folders, missing };
}

async function isCurrent({ files, folders, missing }: Inputs): Promise<boolean> {
  if (missing.some((path) => existsSync(path))) return false;
  const same = await Promise.all([
    ...Object.entries(files).map(async ([path, was]) => (await digestOfFile(path)) === was),
    ...Object.entries(folders).map(async ([path, was]) => (await digestOfFolder(path)) === was),
  ]);
  return !same.includes(false);
}

async function digestOfFile(path: string): Promise<string | undefined> {
  try {
    return digest(await readFile(path));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'a folder' : undefined;
  }
}

async function digestOfFolder(path: string): Promise<string> {
  return digest((await readdir(path).catch(() => [])).sort().join('\n'));
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  if (names.length <= most) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => b.at - a.at);
  for (const { name } of aged.slice(most)) await unlink(join(folder, name));
}

export function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
