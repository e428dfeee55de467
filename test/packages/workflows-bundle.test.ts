import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { repositoryRoot } from '../../scripts/support/manifest';

describe('longhaul/workflows', () => {
  it('bundles into workflow code with no module ignored', async () => {
    // In `dist`, from where the package's own name resolves to what is published.
    const workflowsPath = join(repositoryRoot(), 'dist', 'test', 'packages', 'every-workflow-export.js');
    await writeFile(workflowsPath, "module.exports = require('longhaul/workflows');\n");
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
    assert.match(code, /longRunning/);
  });
});
