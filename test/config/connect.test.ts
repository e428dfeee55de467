import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, connect, connectionSettings, ServerError } from 'longhaul/config';
import { startServer } from 'longhaul/testing';

describe('connect', () => {
  it('takes address and namespace from the environment, a profile, or its options', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-connect-'));
    const file = join(folder, 'temporal.toml');
    await writeFile(file, '[profile.cloud]\naddress = "cloud:7233"\nnamespace = "prod"\napi_key = "secret"\n');
    const env = { TEMPORAL_CONFIG_FILE: file };
    const pick = ({ address, namespace }: { address: string; namespace: string }) => [address, namespace];
    assert.deepEqual(pick(connectionSettings({ env: { TEMPORAL_CONFIG_FILE: '' } })), ['localhost:7233', 'default']);
    assert.deepEqual(pick(connectionSettings({ env: { ...env, TEMPORAL_ADDRESS: 'other:1' }, profile: 'cloud' })), [
      'other:1',
      'prod',
    ]);
    const cloud = connectionSettings({ env: { ...env, TEMPORAL_PROFILE: 'cloud' } });
    assert.deepEqual(pick(cloud), ['cloud:7233', 'prod']);
    assert.equal(cloud.options.apiKey, 'secret');
    assert.equal(cloud.options.tls, true);
    assert.deepEqual(pick(connectionSettings({ env, address: 'here:2', namespace: 'n' })), ['here:2', 'n']);
    await writeFile(file, '[profile.cloud\n');
    assert.throws(() => connectionSettings({ env, profile: 'cloud' }), ConfigError);
    await rm(folder, { recursive: true });
  });

  it('connects, and says in one sentence where it can not', async () => {
    const server = await startServer();
    const { connection, close } = await connect({ env: { TEMPORAL_ADDRESS: server.address } });
    assert.ok((await connection.workflowService.getSystemInfo({})).serverVersion);
    await close();
    await server.stop();
    await assert.rejects(connect({ env: {}, address: '127.0.0.1:1', timeoutMs: 300 }), (error) => {
      assert.ok(error instanceof ServerError);
      assert.match(
        error.message,
        /^Could not connect to 127\.0\.0\.1:1: no Temporal server answers at 127\.0\.0\.1:1 \(.+\)\. Start one, or set TEMPORAL_ADDRESS, .+\.$/,
      );
      return true;
    });
  });
});
