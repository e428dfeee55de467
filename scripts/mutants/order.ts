import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { root } from '../patched-tree';

/** The same items in an order that depends on the seed and their names alone. */
export function inOrderOf<T extends { name: string }>(seed: string, items: readonly T[]): T[] {
  const rank = ({ name }: T) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...items].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** The items in groups of `size`, in their order. */
export function batches<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** @throws where there is no git, or no checkout. */
export function currentCommit(): string {
  const args = ['rev-parse', '--short', 'HEAD'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
