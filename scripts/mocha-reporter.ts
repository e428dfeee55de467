import { reporters } from 'mocha';
import type { MochaOptions, Runner } from 'mocha';
import { appendResult, resultsVariable } from './support/results';

/** Mocha's `spec`, which also appends its counts to the file that `LONGHAUL_RESULTS` names. */
class MochaReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const file = process.env[resultsVariable];
    // A test that runs a mocha of its own counts as one test; what happens in there isn't this run's result.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the name is a constant
    delete process.env[resultsVariable];
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      const failed = this.failures.map((test) => `${test.fullTitle()}: ${test.err?.message ?? ''}`);
      appendResult({ part: 'tests', passed: passes, failed: failures, skipped: pending, failures: failed }, file);
    });
  }
}

export = MochaReporter;
