import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { batches, inOrderOf } from '../../scripts/mutants/order';

const mutants = Array.from({ length: 80 }, (_, index) => ({ name: `mutant-${index}` }));

describe('mutants within a time limit', () => {
  it('are the same for a commit, and others for another one', () => {
    const first = inOrderOf('a1', mutants);
    assert.deepEqual(inOrderOf('a1', [...mutants].reverse()), first);
    assert.notDeepEqual(inOrderOf('b2', mutants).slice(0, 20), first.slice(0, 20));
    assert.deepEqual(new Set(first), new Set(mutants));
  });

  it('are all tried over a number of commits, although each tries a quarter', () => {
    const tried = new Set<unknown>();
    for (let commit = 0; commit < 40; commit += 1) {
      for (const mutant of inOrderOf(`commit ${commit}`, mutants).slice(0, 20)) tried.add(mutant);
    }
    assert.equal(tried.size, mutants.length);
  });

  it('come in batches, none lost', () => {
    assert.deepEqual(batches([1, 2, 3, 4, 5], { first: 1, size: 2 }), [[1], [2, 3], [4, 5]]);
    assert.deepEqual(batches([1, 2], { first: 2, size: 2 }), [[1, 2]]);
    assert.deepEqual(batches([], { first: 1, size: 2 }), []);
  });
});

describe('the patches of mutants/', () => {
  it('fit the sources as they are, each by itself', async () => {
    const names = (await readdir('mutants')).filter((name) => name.endsWith('.patch'));
    const check = (name: string) => promisify(execFile)('git', ['apply', '--check', join('mutants', name)]);
    const unfit: string[] = [];
    for (const name of names) {
      await check(name).catch((error: unknown) =>
        unfit.push(`${name}: ${String((error as { stderr?: string }).stderr)}`),
      );
    }
    assert.deepEqual(unfit, [], 'make them anew from the sources of today');
  });
});
