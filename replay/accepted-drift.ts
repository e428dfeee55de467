import { readFile, writeFile } from 'node:fs/promises';
import type { DriftEntry, HistoryResult } from './report';

/** Drift that somebody has looked at and found right. */
export interface AcceptedDrift {
  workflowType: string;
  /** The command, such as `ActivityTaskScheduled chargeCard`. */
  command: string;
  /** What may differ, such as `args[0].price`; `*` stands for any text. */
  path: string;
  /** Why that is right. */
  reason?: string;
}

interface AcceptedDriftFile {
  schema: 'longhaul.drift/1';
  accepted: AcceptedDrift[];
}

/** A file of accepted drift that can't be read. Its message is one sentence, to be shown as it is. */
export class AcceptedDriftError extends Error {
  override readonly name = 'AcceptedDriftError';
}

/**
 * Reads a file of accepted drift; nothing is accepted where there is none.
 *
 * @throws AcceptedDriftError if it is not JSON or not such a file.
 */
export async function readAcceptedDrift(path: string): Promise<AcceptedDrift[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new AcceptedDriftError(`${path} can't be read: ${(error as Error).message}.`);
  }
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new AcceptedDriftError(`${path} is not JSON.`, { cause });
  }
  const { schema, accepted } = Object(file) as Partial<AcceptedDriftFile>;
  if (schema !== 'longhaul.drift/1' || !Array.isArray(accepted) || !accepted.every(isEntry)) {
    throw new AcceptedDriftError(
      `${path} is not of schema longhaul.drift/1, a list of workflowType, command and path.`,
    );
  }
  return accepted;
}

/** Writes all drift of a report that may be accepted, beside what is accepted already. */
export async function writeAcceptedDrift(
  path: string,
  before: readonly AcceptedDrift[],
  results: readonly HistoryResult[],
): Promise<number> {
  const added: AcceptedDrift[] = [];
  for (const { workflowType, drift } of results) {
    for (const entry of drift) {
      if (entry.ofItself || entry.accepted || isAccepted(workflowType, entry, [...before, ...added])) continue;
      added.push({ workflowType, command: entry.command, path: entry.path });
    }
  }
  const file: AcceptedDriftFile = { schema: 'longhaul.drift/1', accepted: [...before, ...added] };
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`).catch((error: unknown) => {
    throw new AcceptedDriftError(`${path} can't be written: ${(error as Error).message}.`, { cause: error });
  });
  return added.length;
}

export function isAccepted(workflowType: string, entry: DriftEntry, accepted: readonly AcceptedDrift[]): boolean {
  return accepted.some(
    (one) => one.workflowType === workflowType && matches(one.command, entry.command) && matches(one.path, entry.path),
  );
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.\\^$+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

function isEntry(value: unknown): boolean {
  const { workflowType, command, path } = Object(value) as Partial<AcceptedDrift>;
  return [workflowType, command, path].every((field) => typeof field === 'string');
}
