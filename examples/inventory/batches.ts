import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from './files/atomic-file';
import { errorCode } from './files/file-system';
import type { WalkEntry } from './files/records';

/** The batches that a scan found, as files of the store: a signal then carries a name in place of a hundred paths. */
export class Batches {
  private constructor(private readonly folder: string) {}

  static async open(store: string): Promise<Batches> {
    const folder = join(store, 'batches');
    await mkdir(folder, { recursive: true });
    return new Batches(folder);
  }

  /** What an earlier attempt wrote under this name stays: it may have been handed on already. */
  async writeOnce(name: string, entries: readonly WalkEntry[]): Promise<readonly WalkEntry[]> {
    const written = await this.find(name);
    if (written) return written;
    await writeAtomically(this.file(name), [JSON.stringify(entries)]);
    return entries;
  }

  async read(name: string): Promise<readonly WalkEntry[]> {
    const entries = await this.find(name);
    if (!entries)
      throw new Error(`Batch ${name} is not in the store ${this.folder}: every worker must see the same store`);
    return entries;
  }

  private async find(name: string): Promise<readonly WalkEntry[] | undefined> {
    try {
      return JSON.parse(await readFile(this.file(name), 'utf8')) as WalkEntry[];
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  private file(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

/** One piece of work as a worker really did it. */
export interface JournalLine {
  activity: 'scan' | 'hash';
  /** What was worked on: the same text whenever it is done again. */
  work: string;
  files: number;
  pid: number;
  at: number;
}

const journalFile = (store: string) => join(store, 'journal.jsonl');

/**
 * Notes work at the moment it is done, outside of the inventory itself, so that what a crash made the workers do again can be
 * counted and not only claimed.
 */
export async function note(store: string, line: Pick<JournalLine, 'activity' | 'work' | 'files'>): Promise<void> {
  const { pid } = process;
  await appendFile(journalFile(store), `${JSON.stringify({ ...line, pid, at: Date.now() } satisfies JournalLine)}\n`);
}

export async function readJournal(store: string): Promise<JournalLine[]> {
  const lines = (await readFile(journalFile(store), 'utf8')).split('\n');
  // A killed worker may have left half a line.
  return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as JournalLine);
}
