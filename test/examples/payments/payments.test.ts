import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'pg';
import { startWorkerProcess, useServer } from 'longhaul/testing';
import type { WorkerProcess } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { PostgresEffectStore } from '../../../examples/payments/effect-store';
import { pay, payments } from '../../../examples/payments/workflows';
import { startPostgres } from '../../../scripts/support/postgres';
import type { Postgres } from '../../../scripts/support/postgres';
import { startProvider } from './provider';
import type { TestProvider } from './provider';

describe('the payments example', () => {
  const workflowsPath = require.resolve('../../../examples/payments/workflows');
  const server = useServer(workflowsPath, { plugins: [new LonghaulPlugin()] });
  const workers: WorkerProcess[] = [];
  let folder: string;
  let bundles: string;
  let workflowBundlePath: string;
  let postgres: Postgres;
  let pool: Pool;
  let store: PostgresEffectStore;
  let provider: TestProvider;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-payments-'));
    bundles = await mkdtemp(join(tmpdir(), 'longhaul-bundle-'));
    workflowBundlePath = join(bundles, 'workflows.js');
    await writeFile(workflowBundlePath, (await server.bundle()).code);
    postgres = await startPostgres(folder);
    pool = new Pool({ connectionString: postgres.connectionString });
    // An idle connection is told when the server stops.
    pool.on('error', () => undefined);
    store = new PostgresEffectStore(pool);
    await store.prepare();
  });
  after(async () => {
    await pool.end();
    await postgres.stop();
    await Promise.all([folder, bundles].map((path) => rm(path, { recursive: true, force: true })));
  });
  beforeEach(async () => {
    provider = await startProvider();
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
    await provider.stop();
  });

  async function startWorker(): Promise<WorkerProcess> {
    const worker = await startWorkerProcess({
      address: server.address,
      taskQueue: server.taskQueue,
      workflowBundlePath,
      activitiesPath: require.resolve('./activities'),
      plugins: [require.resolve('../../activities/with-plugin')],
      workerOptions: { maxCachedWorkflows: 0 },
      env: { PAYMENTS_DATABASE: postgres.connectionString, PAYMENTS_PROVIDER: provider.url },
    });
    workers.push(worker);
    await worker.ready;
    return worker;
  }

  it('charges each payment once over a kill in the middle of the charges', async () => {
    const worker = await startWorker();
    const next = startWorker();
    const release = provider.holdAnswers();
    const handle = await server.start(payments, [8]);
    for (let at = 1; at <= 8; at += 1) await handle.signal(pay, { id: `p${at}`, cents: at });
    // Five are charged, and their answers are under way.
    while (provider.charged.size < 5) await setTimeout(10);
    await next;
    await worker.kill();
    const inHand = provider.charged.size;
    release();
    const receipts = await handle.result();
    assert.equal(Object.keys(receipts).length, 8);
    assert.equal(provider.charged.size, 8);
    assert.deepEqual(Object.values(receipts).sort(), [...provider.charged.values()].sort());
    assert.ok(provider.asked.length > 8, `the kill cut off ${inHand} charges, and none was asked for again`);
    const { rows } = await pool.query<{ many: string }>(
      'SELECT count(*) AS many FROM effects WHERE done AND key LIKE $1',
      [`default/${handle.workflowId}/%`],
    );
    assert.equal(Number(rows[0]?.many), 8);
  });

  it('waits as long as the provider asks', async () => {
    await startWorker();
    provider.answers.push({ status: 429, retryAfter: '1' });
    const handle = await server.start(payments, [1]);
    const startedAt = Date.now();
    await handle.signal(pay, { id: 'p1', cents: 5 });
    await handle.result();
    assert.ok(Date.now() - startedAt >= 1_000);
    assert.equal(provider.asked.length, 2);
    assert.equal(new Set(provider.asked).size, 1);
  });

  it('has a store that gives an effect to one attempt at a time, the newest', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => store.begin('raced', 1)));
    assert.equal(claims.filter(({ state }) => state === 'new').length, 1);
    assert.deepEqual(await store.begin('fenced', 2), { state: 'new' });
    assert.deepEqual(await store.begin('fenced', 1), { state: 'fenced' });
    assert.deepEqual(await store.begin('fenced', 3), { state: 'unknown' });
    assert.equal(await store.complete('fenced', 2, 'late'), false);
    assert.equal(await store.complete('fenced', 3, { receipt: 7 }), true);
    assert.deepEqual(await store.begin('fenced', 1), { state: 'done', result: { receipt: 7 } });
    assert.equal(await store.complete('empty', 1, undefined), false);
  });
});
