import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../support/manifest';
import type { Check } from './check';
import type { Tarball } from './pack';

const always = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
const compiled = /\.(?:js|js\.map|d\.ts)$/;
/** Folders of the repository that no user needs. */
const ours = /(?:^|\/)(?:test|tests|examples|scripts|fixtures|node_modules|replay-histories)\//;

/** A tarball holds what its users need, and nothing left over from building or testing it. */
export function checkFiles(tarball: Tarball): Check[] {
  const { manifest, files } = tarball;
  const paths = new Set(files.map(({ path }) => path));
  const needed = [...always, ...entryFiles(manifest)];
  return [
    {
      name: `${manifest.name}: every file is of a kind that belongs in it`,
      problems: [...paths].filter((path) => !belongs(path, manifest)).map((path) => `${path} doesn't belong in it`),
    },
    {
      name: `${manifest.name}: each compiled file has a source`,
      problems: [...paths].filter((path) => isStale(path, tarball)).map((path) => `${path} has no source: build anew`),
    },
    {
      name: `${manifest.name}: its entries, README, LICENSE and CHANGELOG are there`,
      problems: needed.filter((path) => !paths.has(path)).map((path) => `${path} is missing`),
    },
  ];
}

function belongs(path: string, { files }: Manifest): boolean {
  if (always.includes(path)) return true;
  const listed = files.some((entry) => path === entry || path.startsWith(`${entry}/`));
  if (!listed || ours.test(path)) return false;
  if (path.startsWith('dist/')) return compiled.test(path);
  return /^docs\/.*\.md$|^schemas\/[\w-]+\.json$/.test(path);
}

function isStale(path: string, { folder }: Tarball): boolean {
  if (!path.startsWith('dist/') || !compiled.test(path)) return false;
  return !existsSync(join(folder, path.slice('dist/'.length).replace(compiled, '.ts')));
}

const entryFiles = ({ exports, bin = {} }: Manifest): string[] =>
  [
    ...Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
    ...Object.values(bin),
  ] //
    .map((path) => path.replace(/^\.\//, ''))
    .filter((path) => !path.includes('*'));
