import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { root } from '../patched-tree';

/** The same items in an order that depends on the seed and their names alone. */
export function inOrderOf<T extends { name: string }>(seed: string, items: readonly T[]): T[] {
  const rank = ({ name }: T) => createHash('sha256').update(`${seed} ${name}`).digest('hex');
  return [...items].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

/** The items in their order: a group of `first`, then groups of `size`. */
export function batches<T>(items: readonly T[], { first, size }: { first: number; size: number }): T[][] {
  const [begin, rest] = [items.slice(0, first), items.slice(first)];
  const count = Math.ceil(rest.length / size);
  const groups = Array.from({ length: count }, (_, index) => rest.slice(index * size, (index + 1) * size));
  return begin.length === 0 ? groups : [begin, ...groups];
}

/** @throws where there is no git, or no checkout. */
export function currentCommit(): string {
  const args = ['rev-parse', '--short', 'HEAD'];
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
