import type { DuplicateGroup, DuplicateTotals } from './duplicates';
import type { PackageTotal } from './packages';
import type { ProblemReason } from './records';
import type { NamedProblem, Report, TypeTotal } from './report';

/** The limits keep the whole below 20 KB whatever the names are; a path alone may have 4 KB. */
const limits = { types: 15, namesPerReason: 5, groups: 10, pathsPerGroup: 2, packages: 10, licences: 10 };
const maxCharacters = { short: 30, name: 60 };

/** A report cut to the size of a workflow result. Long names end in `…`; the counts are those of the whole. */
export interface CompactSummary extends Pick<Report, 'files' | 'bytes' | 'symlinks' | 'others'> {
  /** The largest types. */
  types: TypeTotal[];

  typeCount: number;

  /** How many there are, and the first of them. */
  problems: Record<ProblemReason, { count: number; first: NamedProblem[] }>;

  duplicates: Omit<DuplicateTotals, 'top'> & { top: DuplicateGroup[] };

  packages: {
    count: number;

    /** `package.json` files that aren't valid. */
    invalid: number;

    /** The most frequent licences. */
    licences: { licence: string; packages: number }[];

    largest: Omit<PackageTotal, 'folder'>[];
  };
}

export function compactSummary(report: Report): CompactSummary {
  const { files, bytes, symlinks, others, types, problems, duplicates, packages, packageProblems } = report;
  return {
    files,
    bytes,
    symlinks,
    others,
    types: types.slice(0, limits.types).map((total) => ({ ...total, type: short(total.type) })),
    typeCount: types.length,
    problems: {
      changed: firstOf(problems.changed),
      vanished: firstOf(problems.vanished),
      unreadable: firstOf(problems.unreadable),
    },
    duplicates: { ...duplicates, top: duplicates.top.slice(0, limits.groups).map(compactGroup) },
    packages: {
      count: packages.length,
      invalid: packageProblems.length,
      licences: countLicences(packages),
      largest: packages.slice(0, limits.packages).map(compactPackage),
    },
  };
}

function firstOf(problems: readonly NamedProblem[]): { count: number; first: NamedProblem[] } {
  const first = problems.slice(0, limits.namesPerReason);
  return {
    count: problems.length,
    first: first.map(({ path, detail }) => ({ path: shorten(path), detail: shorten(detail) })),
  };
}

function compactGroup(group: DuplicateGroup): DuplicateGroup {
  return { ...group, paths: group.paths.slice(0, limits.pathsPerGroup).map((path) => shorten(path)) };
}

function compactPackage({ name, version, licence, files, bytes }: PackageTotal): Omit<PackageTotal, 'folder'> {
  return { name: shorten(name), version: version && short(version), licence: licence && short(licence), files, bytes };
}

function countLicences(packages: readonly PackageTotal[]): { licence: string; packages: number }[] {
  const counts = new Map<string, number>();
  for (const { licence } of packages) counts.set(licence ?? 'none', (counts.get(licence ?? 'none') ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, limits.licences);
  return sorted.map(([licence, count]) => ({ licence: short(licence), packages: count }));
}

function short(text: string): string {
  return shorten(text, maxCharacters.short);
}

/** Keeps the end, which tells files apart where the beginning is the same for all; doesn't begin with half a character. */
function shorten(text: string, length = maxCharacters.name): string {
  return text.length <= length ? text : `…${text.slice(1 - length).replace(/^[\uDC00-\uDFFF]/, '')}`;
}
