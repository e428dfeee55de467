import type { LineCoverage } from './engine/line-coverage';
import type { Seen } from './engine/replay-engine';
import { isUserSource } from './engine/source-lines';
import { inlineSourceMap } from './engine/source-map';
import type { Coverage, Covered, FileCoverage, PatchCoverage } from './report';

/** A history that was replayed, and what the code showed of itself meanwhile. */
export interface Watched {
  workflowType: string;
  seen: Seen;
}

/** What a corpus shows of the code, and what it does not. */
export function coverageOf(
  watched: readonly Watched[],
  names: readonly string[],
  bundleCode: string,
  lines: LineCoverage,
): Coverage {
  const exported = sorted(names);
  const types = new Set(watched.map(({ workflowType }) => workflowType));
  const files = filesOf(lines);
  return {
    workflowTypes: {
      exported,
      seen: [...types].sort(),
      missing: exported.filter((type) => !types.has(type)),
    },
    signals: handlersOf(watched, 'signals'),
    updates: handlersOf(watched, 'updates'),
    queries: sorted(
      watched.flatMap(({ workflowType, seen }) => seen.queries.filter(isOwn).map((name) => `${workflowType}.${name}`)),
    ),
    patches: patchesOf(watched, patchIdsIn(bundleCode)),
    commandKinds: count(watched.flatMap(({ seen }) => seen.facts.commandKinds)),
    endStates: count(watched.map(({ seen }) => seen.facts.endState)),
    ...(files.length > 0 && { files }),
  };
}

function handlersOf(watched: readonly Watched[], kind: 'signals' | 'updates'): Covered {
  const named = (of: (seen: Seen) => string[]) =>
    sorted(
      watched.flatMap(({ workflowType, seen }) =>
        of(seen)
          .filter(isOwn)
          .map((name) => `${workflowType}.${name}`),
      ),
    );
  const known = named((seen) => seen[kind]);
  const delivered = named((seen) => seen.facts[kind]);
  return { known, seen: delivered, missing: known.filter((name) => !delivered.includes(name)) };
}

/** What longhaul brings along, its own corpus covers, and what the SDK does, none of the user's. */
const isOwn = (name: string): boolean => !/^(?:longhaul\.|__temporal_)/.test(name);

function patchesOf(watched: readonly Watched[], inCode: ReadonlySet<string>): PatchCoverage[] {
  const asked = watched.flatMap(({ seen }) => [...seen.taken, ...seen.notTaken]);
  const ids = sorted([...inCode, ...asked, ...watched.flatMap(({ seen }) => seen.facts.patches)]).filter(isOwn);
  return ids.map((id) => ({
    id,
    inCode: inCode.has(id) || asked.includes(id),
    taken: watched.filter(({ seen }) => seen.taken.includes(id) || seen.facts.patches.includes(id)).length,
    notTaken: watched.filter(
      ({ seen }) => seen.notTaken.includes(id) && !seen.taken.includes(id) && !seen.facts.patches.includes(id),
    ).length,
  }));
}

/** Ids of patches written out in the user's own workflow code; no replay need come by them. */
export function patchIdsIn(bundleCode: string): Set<string> {
  const map = inlineSourceMap(bundleCode);
  const ids = new Set<string>();
  for (const [index, content] of (map?.sourcesContent ?? []).entries()) {
    if (content === null || !isUserSource(map?.sources[index] ?? '')) continue;
    for (const [, , id] of content.matchAll(/\b(?:patched|deprecatePatch)\(\s*(['"`])([^'"`$]+)\1/g)) {
      if (id !== undefined) ids.add(id);
    }
  }
  return ids;
}

function filesOf(lines: LineCoverage): FileCoverage[] {
  return Object.entries(lines)
    .map(([file, of]) => {
      const lines = Object.keys(of)
        .map(Number)
        .sort((a, b) => a - b);
      const reached = lines.filter((line) => of[line]);
      return { file, reached, missing: lines.filter((line) => !of[line]) };
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
