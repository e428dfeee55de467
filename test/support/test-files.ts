import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { currentCommit, inOrderOf } from '../../scripts/mutants/order';

const folder = 'dist/test';

/**
 * The compiled tests, the long ones at the end: those whose minutes go to installations, crashes and many processes. Each commit has
 * them in another order, since a run that may last only so long leaves out the last. It never leaves out the linter's.
 */
export function testFiles(): string[] {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = all.filter((file) => file.endsWith('.test.js')).map((name) => ({ name }));
  const rank = ({ name }: { name: string }) => (name === 'lint.test.js' ? 0 : name.endsWith('.long.test.js') ? 2 : 1);
  return inOrderOf(commit(), files)
    .sort((a, b) => rank(a) - rank(b))
    .map(({ name }) => join(folder, name));
}

function commit(): string {
  try {
    return currentCommit();
  } catch {
    return ''; // no checkout: always the same order
  }
}
