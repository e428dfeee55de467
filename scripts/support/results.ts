import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * Names the file to which each part of a run appends what passed and failed in it. A script that runs mocha as a means, and
 * expects tests to fail, takes the variable out of mocha's environment and appends a result of its own.
 */
export const resultsVariable = 'LONGHAUL_RESULTS';

export interface Result {
  /** What was counted: `tests`, `release`. */
  part: string;
  passed: number;
  failed: number;
  /** @default 0 */
  skipped?: number;
  /** What failed, and how. */
  failures?: string[];
}

/** Appends a line to the file that {@link resultsVariable} names, if it names one. */
export function appendResult(result: Result, file: string | undefined = process.env[resultsVariable]): void {
  if (file) appendFileSync(file, `${JSON.stringify(result)}\n`);
}

export function readResults(file: string): Result[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Result);
}
