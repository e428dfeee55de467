import type { Tarball } from './pack';

/** A line for each package and folder in it: how many files, how many bytes. */
export function sizeTable(tarballs: readonly Tarball[]): string {
  const rows = tarballs.flatMap(({ manifest: { name, version }, files }) => [
    row(`${name}-${version}.tgz, unpacked`, files),
    ...[...new Set(files.map(({ path }) => folderOf(path)))].sort().map((folder) =>
      row(
        `  ${folder}`,
        files.filter(({ path }) => folderOf(path) === folder),
      ),
    ),
  ]);
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows
    .map(
      ([what, count, bytes]) =>
        `${what.padEnd(width)} ${`${count} files`.padStart(10)} ${kilobytes(bytes).padStart(10)}`,
    )
    .join('\n');
}

const row = (what: string, files: Tarball['files']): [string, number, number] => [
  what,
  files.length,
  files.reduce((sum, { size }) => sum + size, 0),
];

/** `dist/workflows/inbox.js` is in `dist/workflows`, `LICENSE` in `.`. */
const folderOf = (path: string): string => path.split('/').slice(0, -1).slice(0, 2).join('/') || '.';

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
