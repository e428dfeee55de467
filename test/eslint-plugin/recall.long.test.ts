import assert from 'node:assert/strict';
import { root } from './lint-project.js';
import { runRecall } from './recall-run.js';

/** Of the hazards, at least this part; of the clean twins, at most so many. */
const least = 0.95;
const mostWrong = 2;

describe('hazards and their clean twins', () => {
  for (const folder of ['recall', 'recall-spellings'] as const) {
    it(`are found, all but a few, and next to nothing is said of the twins: ${folder}`, () => {
      const { cases, missed, wrong } = runRecall(root, folder);
      assert.ok(missed.length <= cases * (1 - least), `missed:\n${missed.join('\n')}`);
      assert.ok(wrong.length <= mostWrong, `false:\n${wrong.join('\n')}`);
    }).timeout(180_000);
  }
});
