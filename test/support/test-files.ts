import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inOrderOf } from '../../scripts/mutants/order';

const folder = 'dist/test';

/** How the name of a file of long tests ends: those whose minutes go to installations, crashes and many processes. */
export const longEnding = '.long.test.js';

/**
 * The compiled tests, the long ones at the end, where a run that may last only so long leaves them out; each commit has them in
 * another order.
 */
export function testFiles(): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = all.filter((file) => file.endsWith('.test.js')).sort();
  const long = files.filter((file) => file.endsWith(longEnding)).map((name) => ({ name }));
  const short = files.filter((file) => !file.endsWith(longEnding));
  return [...short, ...inOrderOf(commit(), long).map(({ name }) => name)].map((file) => join(folder, file));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return ''; // no checkout: always the same order
  }
}
