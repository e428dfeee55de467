import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import type { Check } from './check';
import type { PackedFile, Tarball } from './pack';

export interface CheckContentsOptions {
  /** Texts that must not get out, such as folders of this machine. @default the home and the current folder */
  secrets?: readonly string[];
}

/** A registry of packages that isn't npm's public one gives away where the package was made. */
const registry = /\/\/(?!registry\.npmjs\.org)[\w.-]*(?:registry|artifactory|verdaccio)[\w.-]*\.[a-z]+/i;

/** Nothing in a tarball tells of the machine that it was built on. */
export function checkContents(
  { manifest: { name }, files }: Tarball,
  { secrets = [homedir(), process.cwd()] }: CheckContentsOptions = {},
): Check[] {
  return [
    {
      name: `${name}: no file names a path of this machine or a registry`,
      problems: files.flatMap((file) => leaks(file, secrets)),
    },
    { name: `${name}: the sources of its source maps are relative`, problems: files.flatMap(absoluteSources) },
  ];
}

function leaks({ path, text }: PackedFile, secrets: readonly string[]): string[] {
  // A home folder of `/` would be found in every file.
  const found = secrets.filter((secret) => secret.length > 1 && wholePath(secret).test(text));
  const host = registry.exec(text)?.[0];
  return [...found, ...(host ? [host] : [])].map((leak) => `${path} contains ${leak}`);
}

/** `/root` is in `/root/x` and in `"/root"`, but not in `./root` or `/roots`. */
const wholePath = (path: string): RegExp =>
  new RegExp(`(?<![\\w.\\-)\\]}])${path.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}(?![\\w-])`);

function absoluteSources({ path, text }: PackedFile): string[] {
  if (!path.endsWith('.map')) return [];
  const { sources, sourceRoot = '' } = JSON.parse(text) as { sources: string[]; sourceRoot?: string };
  return [sourceRoot, ...sources]
    .filter((source) => isAbsolute(source) || source.includes('://'))
    .map((source) => `${path} has the source ${source}`);
}
