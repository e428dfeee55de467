import type { Replayed } from './policies';
import { decodeHistory } from './proto';
import type { PolicyFinding } from './report';

/**
 * Says where the manifest of redacted histories was left behind. It tells which places code makes of tokens what the history does
 * not say, and the workflow id: without it they may differ on code that is right.
 */
export function manifestFindings(replayed: readonly Replayed[]): PolicyFinding[] {
  const alone = replayed.filter(
    ({ history, result }) =>
      (result.status === 'drift' || result.status === 'nondeterminism') &&
      history.redacted === undefined &&
      history.encoded !== undefined &&
      isRedacted(history.encoded),
  );
  const [first] = alone;
  if (!first) return [];
  const those =
    alone.length === 1
      ? `${first.result.file} is redacted and has`
      : `${alone.length} redacted histories that differ, such as ${first.result.file}, have`;
  const message = `${those} no entry in a manifest.json beside it, which says where code makes other values of redacted ones; copy the entry that longhaul record wrote along with the file.`;
  return [{ policy: 'drift', level: 'warning', message }];
}

/** A recording writes each identity so: nobody's own is that. */
function isRedacted(encoded: Uint8Array): boolean {
  return (decodeHistory(encoded).events ?? []).some((event) =>
    Object.values(event).some((attributes: unknown) => identityOf(attributes) === 'redacted'),
  );
}

const identityOf = (attributes: unknown): unknown =>
  typeof attributes === 'object' && attributes !== null ? Reflect.get(attributes, 'identity') : undefined;
