import { appendFileSync, readFileSync } from 'node:fs';

/** What a counter notes outside of Temporal, where a crash can't take it back. */
export type Note = { made: number } | { attempt: number; from: number; at: number };

export function note(file: string, line: Note): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

export function readNotes(file: string): { lastMade: number; second: { from: number; at: number } | undefined } {
  // The last line may still be on its way.
  const lines = readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n').slice(0, -1);
  const notes = lines.map((line) => JSON.parse(line) as Note);
  const lastMade = Math.max(0, ...notes.map((line) => ('made' in line ? line.made : 0)));
  const second = notes.find((line) => 'attempt' in line && line.attempt === 2);
  return { lastMade, second: second && 'attempt' in second ? second : undefined };
}
