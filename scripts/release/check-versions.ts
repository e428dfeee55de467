import type { Check } from './check';
import type { Tarball } from './pack';

/** The packages go out together: one version, with an entry in the changelog of each. */
export function checkVersions(tarballs: readonly Tarball[]): Check[] {
  const versions = new Set(tarballs.map(({ manifest }) => manifest.version));
  const shown = tarballs.map(({ manifest }) => `${manifest.name} ${manifest.version}`).join(', ');
  return [
    { name: 'the packages have one version', problems: versions.size > 1 ? [`The versions differ: ${shown}`] : [] },
    { name: 'each changelog has an entry for it', problems: tarballs.flatMap(changelogProblems) },
  ];
}

function changelogProblems({ manifest: { name, version }, files }: Tarball): string[] {
  const changelog = files.find(({ path }) => path === 'CHANGELOG.md')?.text ?? '';
  const headings = changelog.split('\n').filter((line) => line.startsWith('## '));
  return headings.some((line) => line.startsWith(`## [${version}]`))
    ? []
    : [`CHANGELOG.md of ${name} has no entry "## [${version}]"`];
}
