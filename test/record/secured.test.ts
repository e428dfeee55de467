import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useServer } from 'longhaul/testing';
import { longhaul, root, type Ran } from '../cli/run';
import { useFolder } from '../replay/support';
import * as activities from './activities';
import { type SecuredServer, secureServer } from './secured-server';
import { ticker } from './workflows';

describe('longhaul record and longhaul replay --live, on a server with TLS and API keys', () => {
  const folder = useFolder();
  const server = useServer(require.resolve('./workflows'), { activities });
  const workflows = ['--workflows', join(root, 'test/record/workflows.ts')];
  let secured: SecuredServer;

  beforeEach(async () => {
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
    secured = await secureServer(server.address, folder.path, {
      'may-all': /./,
      'may-connect': /^GetSystemInfo$/,
      'may-list': /^(?:GetSystemInfo|ListWorkflowExecutions)$/,
    });
  });
  afterEach(() => secured.close());

  const run = (key: string | undefined, command: readonly string[], trusted = true): Promise<Ran> =>
    longhaul([...command, ...workflows, '--query', `TaskQueue = '${server.taskQueue}'`], folder.path, {
      TEMPORAL_ADDRESS: secured.address,
      ...(key !== undefined && { TEMPORAL_API_KEY: key }),
      ...(trusted && { TEMPORAL_TLS_SERVER_CA_CERT_PATH: secured.certificate }),
    });
  const commands = [['record'], ['replay', '--live']] as const;

  it('reads with a key that may', async () => {
    await server.work(async () => (await server.start(ticker, [2])).result());
    while ((await server.client.workflow.count(`TaskQueue = '${server.taskQueue}'`)).count < 2) await sleep(20);
    const recorded = await run('may-all', ['record']);
    assert.equal(recorded.status, 0, recorded.err);
    assert.match(recorded.out, /^2 recorded, /m);
    const replayed = await run('may-all', ['replay', '--live']);
    assert.equal(replayed.status, 0, replayed.err);
    assert.match(replayed.out, /2 histories: 2 passed/);
    assert.ok(secured.calls.includes('GetWorkflowExecutionHistory'), 'it went through the proxy');

    const refused = await run('may-list', ['record']);
    assert.equal(refused.status, 3, refused.out);
    assert.match(refused.err, /^longhaul record: [^\n]*has no permission[^\n]*GetWorkflowExecutionHistory[^\n]*\n$/);
  });

  const wrong: [what: string, key: string | undefined, message: RegExp][] = [
    ['a key that may not list', 'may-connect', /this key or certificate has no permission .* \(No permission for List/],
    ['a key that is unknown', 'expired', /refuses the credentials \(Request unauthorized\)\. Check TEMPORAL_API_KEY/],
  ];
  for (const [what, key, message] of wrong) {
    it(`ends with 3 and one line at ${what}`, async () => {
      for (const command of commands) {
        const { status, out, err } = await run(key, command);
        assert.equal(status, 3, err);
        assert.match(err, message);
        assert.match(err, /^longhaul [^\n]+\n$/);
        assert.equal(out, '');
      }
    });
  }

  it('ends with 3 and one line at a certificate that nobody vouches for, and without TLS', async () => {
    const untrusted = await run('may-all', ['record'], false);
    assert.equal(untrusted.status, 3);
    assert.match(
      untrusted.err,
      /^longhaul record: [^\n]*TLS connection to [^\n]*certificate[^\n]*CA_CERT_PATH[^\n]*\n$/,
    );
    const plain = await run(undefined, ['record'], false);
    assert.equal(plain.status, 3);
    assert.match(plain.err, /^longhaul record: [^\n]* wants TLS: set TEMPORAL_TLS=true[^\n]*\n$/);
  });
});
