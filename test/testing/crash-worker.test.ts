import assert from 'node:assert/strict';

import { crashPoint, crashWorker, useServer, type WorkerProcess } from '../../testing';

import { charges } from './workflows';

describe('crashWorker', () => {
  const server = useServer(require.resolve('./workflows'));
  const start = (): Promise<WorkerProcess> =>
    server.startWorkerProcess({ activitiesPath: require.resolve('./activities') });
  /** A workflow task that dies with its worker is tried again after this. */
  const soon = { workflowTaskTimeout: '1s' } as const;
  const by = ({ pid }: WorkerProcess): RegExp => new RegExp(`by ${pid}$`);

  it('kills the worker at the named point, on the hit that was asked for', async () => {
    const worker = await start();
    const crash = await crashWorker(worker, { at: 'after-charge', hit: 3 });
    const handle = await server.start(charges, [4], soon);
    await crash.happened;
    assert.deepEqual(await worker.exited, { code: null, signal: 'SIGKILL' });
    const next = await start();
    const [first = '', second = '', third = '', fourth = ''] = await handle.result();
    for (const done of [first, second]) assert.match(done, by(worker));
    // The third was charged when the worker died, and its result never reached the server.
    for (const done of [third, fourth]) assert.match(done, by(next));
  });

  it('kills the worker at an event of the history, also in a later run of the chain', async () => {
    const worker = await start();
    const handle = await server.start(charges, [4], soon);
    const crash = await crashWorker(worker, { workflow: handle, event: 'ActivityTaskCompleted', hit: 3 });
    await crash.happened;
    await start();
    assert.equal((await handle.result()).length, 4);
  });

  it('kills the worker when a predicate on the history holds', async () => {
    const worker = await start();
    const handle = await server.start(charges, [4], soon);
    const crash = await crashWorker(worker, {
      workflow: handle,
      when: ({ events = [] }) => (events ?? []).some((event) => event.workflowExecutionContinuedAsNewEventAttributes),
    });
    await crash.happened;
    const { signal } = await worker.exited;
    assert.equal(signal, 'SIGKILL');
    await start();
    await handle.result();
  });

  it('says which points were reached, when the moment does not come', async () => {
    const worker = await start();
    const mistyped = await crashWorker(worker, { at: 'aftercharge' }, { withinMs: 800 });
    await (await server.start(charges, [1], soon)).result();
    await assert.rejects(mistyped.happened, {
      name: 'CrashError',
      message:
        "0.8 s passed before the crash point 'aftercharge' was reached once; 'before-charge' was once, 'after-charge' was once reached.",
    });
    const tooMany = await crashWorker(worker, { at: 'after-charge', hit: 9 });
    await worker.kill('SIGTERM');
    await assert.rejects(
      tooMany.happened,
      /^CrashError: The worker ended with status 0 before .* no crash point was reached/,
    );
  });

  it('says that the workflow closed before the event came', async () => {
    const worker = await start();
    const handle = await server.start(charges, [1], soon);
    const crash = await crashWorker(worker, { workflow: handle, event: 'TimerFired' });
    await assert.rejects(
      crash.happened,
      /closed before its history had 1 TimerFired; .* end with .*WorkflowExecutionCompleted\.$/,
    );
  });

  it('refuses a hit that is no count', async () => {
    const worker = await start();
    await assert.rejects(crashWorker(worker, { at: 'after-charge', hit: 0 }), /a whole number from 1 as hit, not 0/);
  });

  it('leaves crash points without effect outside a worker process', () => crashPoint('after-charge'));
});
