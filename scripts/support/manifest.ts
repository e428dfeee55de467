import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the scripts read of a `package.json`. */
export interface Manifest {
  name: string;
  version: string;
  files: readonly string[];
  exports: Readonly<Record<string, string | { types: string; default: string }>>;
  bin?: Readonly<Record<string, string>>;
  scripts?: Readonly<Record<string, string>>;
  workspaces?: readonly string[];
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  overrides?: Readonly<Record<string, unknown>>;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The repository's root, found from a compiled script or test in `dist/`. */
export function repositoryRoot(from: string = __dirname): string {
  const manifest = join(from, 'package.json');
  if (existsSync(manifest) && readManifest(from).workspaces) return from;
  return repositoryRoot(dirname(from));
}

/** The folders of the packages that are released together, the root first. */
export const packageFolders = (root: string): string[] => [
  root,
  ...(readManifest(root).workspaces ?? []).map((workspace) => join(root, workspace)),
];

/** What a user writes to import each entry of a package that is code: `longhaul/workflows`, `eslint-plugin-longhaul`. */
export const subpathsOf = ({ name, exports }: Manifest): string[] =>
  Object.keys(exports)
    .filter((subpath) => !subpath.endsWith('.json'))
    .map((subpath) => name + subpath.slice(1));
