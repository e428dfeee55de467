import { relative, resolve } from 'node:path';
import { reporters } from 'mocha';
import type { MochaOptions, Runner } from 'mocha';
import { testFiles } from '../test/support/test-files';
import { appendResult, resultsVariable } from './support/results';

/**
 * Mocha's `spec`, which also appends its counts to the file that `LONGHAUL_RESULTS` names.
 *
 * Where a process of a parallel run dies, mocha does not tell which file it was at: this names those that gave no result.
 */
class MochaReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const file = process.env[resultsVariable];
    // A test that runs a mocha of its own counts as one test; what happens in there isn't this run's result.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the name is a constant
    delete process.env[resultsVariable];
    const seen = new Set<string>();
    const skipped = new Set<string>();
    const tried = new Set<string>();
    runner.on('test end', ({ file = '' }) => seen.add(file));
    runner.on('pending', ({ file = '' }) => skipped.add(file));
    runner.on('pass', ({ file = '' }) => tried.add(file));
    runner.on('fail', ({ file = '' }) => tried.add(file));
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const failed = this.failures.map((test) => `${test.fullTitle()}: ${test.err?.message ?? ''}`);
      const died = this.failures.some(({ err }) => err?.message.startsWith('Workerpool Worker terminated') === true);
      if (died) failed.push(`no result from ${filesBut(seen).join(', ')}`);
      const untried = [...skipped].filter((path) => !tried.has(path)).map((path) => relative('', path));
      if (untried.length > 0) console.log(`Nothing was tried of: ${untried.join(', ')}`);
      appendResult({ part: 'tests', passed: passes, failed: failures, skipped: pending, failures: failed }, file);
    });
  }
}

function filesBut(seen: ReadonlySet<string>): readonly string[] {
  return testFiles().filter((file) => !seen.has(resolve(file)));
}

export = MochaReporter;
