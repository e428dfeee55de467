import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { Client } from '@temporalio/client';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { fromHistory, type InspectReport, PayloadDecoder } from 'longhaul/replay';
import { useServer } from 'longhaul/testing';
import { decodeHistory } from '../../replay/proto';
import { longhaul, root, type Ran } from '../cli/run';
import { useFolder } from '../replay/support';
import * as activities from './activities';
import { aesCodec } from './codecs';
import { approve, order } from './workflows';

const key = '11'.repeat(32);
const alice = {
  id: 'alice-liddell',
  name: 'Alice',
  email: 'alice@wonderland.example',
  age: 7,
  waitMs: 5,
  since: '1865-11-26',
};

describe('histories that a codec encoded', function () {
  this.timeout(300_000);
  const folder = useFolder();
  const server = useServer(require.resolve('./workflows'), { activities });

  beforeEach(() => symlink(join(root, 'node_modules'), join(folder.path, 'node_modules')));

  const run = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
    longhaul(args, folder.path, { TEMPORAL_ADDRESS: server.address, ...env });
  const query = (): string => `TaskQueue = '${server.taskQueue}'`;

  async function config(dataConverter: string): Promise<void> {
    await writeFile(
      join(folder.path, 'longhaul.config.ts'),
      `import { aesCodec } from '${join(root, 'dist/test/record/codecs.js')}';
      export default { workflowsPath: '${join(root, 'test/record/workflows.ts')}', ${dataConverter} };`,
    );
  }
  const ownCodec = (options = '{}'): Promise<void> =>
    config(
      `dataConverter: { payloadCodecs() { if (!process.env.KEY) throw new Error('KEY is not set'); return [aesCodec(process.env.KEY, ${options})]; } }`,
    );

  /** An order with all kinds of payloads, its child among them, encoded by `codec`. */
  async function encoded(codec: PayloadCodec): Promise<{ workflowId: string }> {
    const dataConverter = { payloadCodecs: [codec] };
    const client = new Client({ connection: server.connection, dataConverter });
    const workflowId = `alice-${server.taskQueue}`;
    const worker = await server.worker({ workerOptions: { dataConverter } });
    await worker.runUntil(async () => {
      const handle = await client.workflow.start(order, {
        args: [alice],
        taskQueue: server.taskQueue,
        workflowId,
        memo: { by: 'alice' },
      });
      await handle.signal(approve, 'alice');
      await handle.result();
    });
    while ((await client.workflow.count(query())).count < 2) await sleep(20);
    return { workflowId };
  }

  it('are decoded when they are recorded, and replay with no key and no network', async () => {
    await encoded(aesCodec(key));
    await ownCodec();
    const without = await run(['record', '--query', query()]);
    assert.equal(without.status, 2);
    assert.equal(without.err, "longhaul record: dataConverter.payloadCodecs can't be made: KEY is not set.\n");
    const wrong = await run(['record', '--query', query()], { KEY: '22'.repeat(32) });
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /^longhaul record: The codec failed at event 1: [^\n]+\n$/);
    const recorded = await run(['record', '--query', query()], { KEY: key });
    assert.equal(recorded.status, 0, recorded.err + recorded.out);
    const replayed = await run(['replay'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assert.match(replayed.out, /2 histories: 2 passed/, replayed.err);
    for (const name of await readdir(join(folder.path, 'replay-histories'))) {
      if (!name.endsWith('.gz')) continue;
      const bytes = gunzipSync(await readFile(join(folder.path, 'replay-histories', name))).toString('latin1');
      assert.doesNotMatch(bytes, /alice|encrypted/i);
    }
  });

  it('stay as they are with --opaque, and replay says that it needs the codec', async () => {
    const { workflowId } = await encoded(aesCodec(key));
    await config('');
    assert.equal((await run(['record', '--opaque', '--query', query()])).status, 0);
    const without = await run(['replay']);
    assert.equal(without.status, 2);
    assert.match(
      without.err,
      /^longhaul replay: replay-histories\/\S+ holds payloads that are encoded as binary\/encrypted, and no codec decodes them: set dataConverter\.payloadCodecs or codecServer in longhaul\.config\.ts\.\n$/,
    );
    await ownCodec();
    const given = await run(['replay'], { KEY: key });
    assert.match(given.out, /2 histories: 2 passed/, given.err);
    // So does inspect where it measures a replay, of files and of a workflow on the server.
    const measured = await run(['inspect', 'replay-histories', workflowId, '--replay', '--json'], { KEY: key });
    const { runs } = JSON.parse(measured.out) as InspectReport;
    assert.deepEqual(new Set(runs.map(({ replay }) => replay?.status)), new Set(['pass']), measured.err);
    for (const what of ['replay-histories', workflowId]) {
      const unbundled = await run(['inspect', what, '--workflows', 'gone.ts'], { KEY: key });
      assert.match(unbundled.err, /^longhaul inspect: The workflow file \S+ does not exist\.\n$/);
      assert.equal(unbundled.status, 2);
    }
    await config('');
    for (const what of ['replay-histories', workflowId]) {
      const undecoded = await run(['inspect', what, '--replay']);
      assert.match(undecoded.err, /^longhaul inspect: [^\n]* no codec decodes them: [^\n]+\n$/);
      assert.equal(undecoded.status, 2);
    }
    // And a recording without the codec is refused in one line, not written.
    await rm(join(folder.path, 'replay-histories'), { recursive: true });
    await config('');
    const refused = await run(['record', '--query', query()]);
    assert.equal(refused.status, 1);
    assert.match(refused.out, /Its payloads are encoded \(binary\/encrypted\) and no codec decodes them/);
  });

  it('are decoded by a codec that is bound to its context, and each payload once', async () => {
    const codec = aesCodec(key, { bound: true });
    const { workflowId } = await encoded(codec);
    codec.decoded = 0;
    const handle = server.client.workflow.getHandle(workflowId);
    const { encoded: bytes = new Uint8Array() } = fromHistory(await handle.fetchHistory(), { workflowId });
    const decoder = new PayloadDecoder([codec], server.namespace);
    assert.deepEqual(await decoder.decode(decodeHistory(bytes), workflowId), []);
    const once = codec.decoded;
    assert.ok(once >= 8, `${once} payloads`);
    await decoder.decode(decodeHistory(bytes), workflowId);
    assert.equal(codec.decoded, once);
    const other = new PayloadDecoder([codec], 'another-namespace');
    await assert.rejects(other.decode(decodeHistory(bytes), workflowId), { name: 'CodecError' });
  });

  it('are decoded by a codec server that wants to know who asks', async () => {
    const codec = aesCodec(key);
    await encoded(codec);
    const asked: (string | undefined)[] = [];
    const http = createServer((request, response) => {
      asked.push(request.headers['x-namespace'] as string | undefined);
      if (request.headers.authorization !== 'Bearer let-me') return void response.writeHead(401).end();
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        const { payloads } = JSON.parse(body) as { payloads: { metadata: Record<string, string>; data: string }[] };
        const given = payloads.map(({ metadata, data }): Payload => ({
          metadata: Object.fromEntries(
            Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
          ),
          data: Buffer.from(data, 'base64'),
        }));
        void codec.decode(given).then((plain) => {
          const answer = plain.map(({ metadata, data }) => ({
            metadata: Object.fromEntries(
              Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
            ),
            data: Buffer.from(data ?? []).toString('base64'),
          }));
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ payloads: answer }));
        });
      });
    });
    await once(http.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    try {
      await config(`codecServer: '${endpoint}'`);
      const refused = await run(['record', '--query', query()]);
      assert.equal(refused.status, 2);
      assert.match(
        refused.err,
        /^longhaul record: The codec failed at event 1: the codec server \S+ answered 401 Unauthorized\n$/,
      );
      await config('');
      const env = { TEMPORAL_CODEC_ENDPOINT: endpoint, TEMPORAL_CODEC_AUTH: 'Bearer let-me' };
      const recorded = await run(['record', '--query', query()], env);
      assert.equal(recorded.status, 0, recorded.err + recorded.out);
      assert.ok(asked.length > 3 && asked.every((namespace) => namespace === 'default'));
    } finally {
      http.close();
    }
    assert.match((await run(['replay'])).out, /2 histories: 2 passed/);
  });
});
