import assert from 'node:assert/strict';
import { repositoryRoot } from '../scripts/support/manifest';
import { runCommand } from '../scripts/support/run-command';

describe('the repository', () => {
  // Here and not before the tests: it is a minute in which one core would wait.
  it('is formatted, and without a report of the linter', async () => {
    const { status, output } = await runCommand('npm', ['run', '--silent', 'lint'], { cwd: repositoryRoot() });
    assert.equal(status, 0, output);
  }).timeout(600_000);
});
