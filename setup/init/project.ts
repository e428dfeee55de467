import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { packageManagerOf } from '../../config';
import type { PackageManager } from '../../config';
import { fieldsOf, tokensOf } from '../tokens';
import { SetupError } from '../setup-error';

/** What init reads of a `package.json`. */
export interface Manifest {
  name?: string;
  type?: string;
  packageManager?: string;
  workspaces?: unknown;
  scripts?: Readonly<Record<string, string>>;
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
}

/** A project as it lies on the disk. */
export interface Project {
  /** Where its `package.json` is. */
  folder: string;
  /** The root of its repository, or `folder`. */
  root: string;
  manifest: Manifest;
  /** The text of `package.json`. */
  manifestText: string;
  packageManager: PackageManager;
  /** Its source files, without tests and what is generated. */
  sources: readonly string[];
  /** What `include` of tsconfig.json lists; undefined where it has none, null where there is no tsconfig.json. */
  include: readonly string[] | null | undefined;
  /** Where the compiler writes to, as in tsconfig.json. */
  outDir: string | undefined;
  /** Whether a TypeScript file beside `package.json` would be compiled with the sources, and so move what is compiled. */
  compilesRoot: boolean;
}

const skipped = /^(?:node_modules|dist|coverage|\..*)$/;
/** What a compiler writes to in one project and has sources in another. */
const perhapsOutput = /^(?:build|lib|out)$/;
const sourceFile = /\.[cm]?[jt]sx?$/;
const testFile =
  /(?:^|[\\/])(?:__tests__|tests?|e2e|spec|mocks?)[\\/]|\.(?:test|spec|e2e-spec)\.[cm]?[jt]sx?$|\.d\.[cm]?ts$/;

/** @throws SetupError where there is no project. */
export async function readProject(cwd: string): Promise<Project> {
  const folder = upwards(cwd, (at) => existsSync(join(at, 'package.json')));
  if (folder === undefined) {
    throw new SetupError(`There is no package.json in ${cwd} or above; run npm init first, or go to the project.`);
  }
  const root = upwards(folder, (at) => existsSync(join(at, '.git'))) ?? workspaceRoot(folder) ?? folder;
  const manifestText = await readFile(join(folder, 'package.json'), 'utf8');
  const manifest = parsedManifest(manifestText, relative(cwd, join(folder, 'package.json')));
  const { include, outDir, compilesRoot } = await tsconfigOf(folder);
  const skippedHere = [outDir, 'replay-histories'].flatMap((name) => (name ? [resolve(folder, name)] : []));
  return {
    folder,
    root,
    manifest,
    manifestText,
    packageManager: packageManagerOf(folder),
    sources: await sourcesIn(folder, folder, skippedHere, include !== null),
    include,
    outDir,
    compilesRoot,
  };
}

function parsedManifest(text: string, shown: string): Manifest {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Manifest;
  } catch (cause) {
    throw new SetupError(`${shown} is no JSON: ${(cause as Error).message.split('\n')[0] ?? ''}.`, { cause });
  }
}

/** The nearest folder, from this one up, that `is`. */
export function upwards(from: string, is: (folder: string) => boolean): string | undefined {
  for (let at = resolve(from); ; at = dirname(at)) {
    if (is(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

function workspaceRoot(folder: string): string | undefined {
  // A broken package.json above is not this project's concern.
  const listed = (at: string): boolean =>
    existsSync(join(at, 'package.json')) && /"workspaces"\s*:/.test(readFileSync(join(at, 'package.json'), 'utf8'));
  return upwards(folder, (at) => existsSync(join(at, 'pnpm-workspace.yaml')) || listed(at));
}

/** @param compiles Whether JavaScript in a folder that may be output is taken for compiled. */
async function sourcesIn(
  folder: string,
  top: string,
  without: readonly string[],
  compiles: boolean,
): Promise<string[]> {
  const isOutput =
    compiles &&
    relative(top, folder)
      .split(/[\\/]/)
      .some((name) => perhapsOutput.test(name));
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (skipped.test(entry.name) || without.includes(path)) continue;
      found.push(...(await sourcesIn(path, top, without, compiles)));
    } else if (
      (isOutput ? /\.[cm]?tsx?$/ : sourceFile).test(entry.name) &&
      !testFile.test(relative(top, path)) &&
      !isConfig(entry.name)
    ) {
      found.push(path);
    }
  }
  return found;
}

const isConfig = (name: string): boolean => /\.config\.[cm]?[jt]s$/.test(basename(name));

async function tsconfigOf(folder: string): Promise<Pick<Project, 'include' | 'outDir' | 'compilesRoot'>> {
  const path = join(folder, 'tsconfig.json');
  if (!existsSync(path)) return { include: null, outDir: undefined, compilesRoot: false };
  const tokens = tokensOf(await readFile(path, 'utf8'));
  const top = fieldsOf(tokens, 0);
  const listed = top.get('include') ?? top.get('files');
  const include = listed?.filter(({ kind }) => kind === 'text').map(({ value }) => value);
  const options = top.get('compilerOptions');
  const given = options === undefined ? new Map<string, readonly { value: string }[]>() : fieldsOf(options, 0);
  const emits = given.get('noEmit')?.[0]?.value !== 'true';
  const takesRoot = (include ?? ['**/*']).some((pattern) => /^(?:\.\/)?(?:\*|\.?$)/.test(pattern));
  return { include, outDir: given.get('outDir')?.[0]?.value, compilesRoot: emits && takesRoot };
}
