import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

describe('longhaul/testing without @temporalio/client', () => {
  it('says so in one sentence and at once, before it looks for a server', () => {
    const hide = `
      const { _resolveFilename: resolve } = require('node:module');
      require('node:module')._resolveFilename = function (name, ...rest) {
        if (name !== '@temporalio/client') return resolve.call(this, name, ...rest);
        throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
      };
      const { startServer } = require(${JSON.stringify(require.resolve('../../testing'))});
      startServer({ log: console.log }).catch(({ name, message }) => console.log(name + ': ' + message));`;
    const { stdout } = spawnSync(process.execPath, ['-e', hide], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, LONGHAUL_TEST_ADDRESS: '' },
    });
    assert.equal(
      stdout,
      'MissingPackageError: longhaul/testing needs @temporalio/client, which is not installed. ' +
        'Run: npm install --save-dev @temporalio/client\n',
    );
  });
});
