import { appendFileSync, readFileSync } from 'node:fs';

/** What an activity notes outside of Temporal, where a crash can't take it back. */
export type Note = { made: number } | { committed: number } | { attempt: number; from: number; at: number };

export interface Notes {
  /** The last step begun, and the last one that the server acknowledged. */
  made: number;
  committed: number;
  attempts: { attempt: number; from: number; at: number }[];
}

export function note(file: string, line: Note): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export function readNotes(file: string): Notes {
  // The last line may still be on its way.
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1);
  const notes: Notes = { made: 0, committed: 0, attempts: [] };
  for (const line of lines.map((text) => JSON.parse(text) as Note)) {
    if ('made' in line) notes.made = Math.max(notes.made, line.made);
    else if ('committed' in line) notes.committed = Math.max(notes.committed, line.committed);
    else notes.attempts.push(line);
  }
  return notes;
}
