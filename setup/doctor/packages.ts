import { existsSync, readFileSync, realpathSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { SetupError } from '../setup-error';

/** An installed package. */
export interface Installed {
  name: string;
  version: string;
  /** Where it is, links followed. */
  folder: string;
  /** What asked for it: the project, or a package by name. */
  wantedBy: string[];
}

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Of which packages copies are told apart. */
const followed = /^(?:@temporalio\/[\w-]+|protobufjs)$/;

/**
 * The copies of the SDK's packages that a project can get at, as Node finds them from each package that asks: so it is under npm,
 * pnpm and Yarn's node_modules alike.
 */
export function installedPackages(folder: string): Installed[] {
  const found = new Map<string, Installed>();
  const visited = new Set<string>();
  const visit = (from: string, wantedBy: string, manifest: Manifest, isProject: boolean): void => {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest;
    const names = Object.keys({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
      ...(isProject ? devDependencies : {}),
    });
    for (const name of names) {
      const at = locate(name, from);
      if (at === undefined) continue;
      const inner = readPackage(at) as Manifest;
      if (followed.test(name)) {
        const known = found.get(at) ?? { name, version: inner.version ?? '?', folder: at, wantedBy: [] };
        found.set(at, known);
        if (!known.wantedBy.includes(wantedBy)) known.wantedBy.push(wantedBy);
      }
      // Other packages are followed one step: what plugs into Temporal brings its packages along.
      if (visited.has(at) || (!followed.test(name) && !isProject)) continue;
      visited.add(at);
      visit(at, name, inner, false);
    }
  };
  visit(folder, 'the project', readPackage(folder), true);
  return [...found.values()];
}

/** What Yarn's Plug'n'Play tells a process that runs under it. */
interface PlugAndPlay {
  resolveToUnqualified: (name: string, from: string) => string | null;
  resolveVirtual?: (path: string) => string | null;
}
const { findPnpApi } = nodeModule as unknown as { findPnpApi?: (path: string) => PlugAndPlay | null };

/** The folder of a package as Node finds it from another. */
export function locate(name: string, from: string): string | undefined {
  const plugged = findPnpApi?.(join(from, 'x'));
  if (plugged) return pluggedIn(plugged, name, from);
  for (let at = from; ; at = dirname(at)) {
    const path = join(at, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
    if (at === dirname(at)) return undefined;
  }
}

function pluggedIn({ resolveToUnqualified, resolveVirtual }: PlugAndPlay, name: string, from: string) {
  try {
    const folder = resolveToUnqualified(name, join(from, 'x'));
    // One package appears under several paths, one for each set of peers that it is given.
    return folder === null ? undefined : (resolveVirtual?.(folder) ?? folder);
  } catch {
    return undefined; // not asked for by that package, or not installed
  }
}

/**
 * The `package.json` of a folder; empty where it has none.
 *
 * @throws SetupError where it is no JSON.
 */
export function readPackage(folder: string): object {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return {};
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))) as object;
  } catch (cause) {
    throw new SetupError(`${path} is no JSON: ${(cause as Error).message.split('\n')[0] ?? ''}.`, { cause });
  }
}
