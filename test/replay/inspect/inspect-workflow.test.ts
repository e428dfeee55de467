import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { useServer } from 'longhaul/testing';
import { inspectWorkflow } from '../../../replay';
import * as activities from './activities';
import { finish, stuck, waits } from './workflows';

const encoding = Buffer.from('binary/turned');
/** Turns each byte around: enough that nobody reads it by accident. */
const turn = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 0xff);
const codec: PayloadCodec = {
  encode: (payloads) =>
    Promise.resolve(
      payloads.map(({ metadata, data }): Payload => ({
        metadata: { encoding, was: metadata?.encoding ?? new Uint8Array() },
        data: turn(data ?? new Uint8Array()),
      })),
    ),
  decode: (payloads) =>
    Promise.resolve(
      payloads.map((payload): Payload => {
        if (!payload.metadata?.was) return payload;
        return { metadata: { encoding: payload.metadata.was }, data: turn(payload.data ?? new Uint8Array()) };
      }),
    ),
};
const dataConverter = { payloadCodecs: [codec] };

describe('inspectWorkflow', () => {
  const server = useServer(require.resolve('./workflows'), { activities, workerOptions: { dataConverter } });

  it('shows what a live workflow waits on, with attempts, failures, beats and payloads through the codec', async () => {
    const handle = await server.start(stuck, ['tulip'], { leaveOpen: 'it is inspected while it waits' });
    const report = await server.work(async () => {
      for (;;) {
        const { raw } = await handle.describe();
        const [one, other] = raw.pendingActivities ?? [];
        if ((one?.attempt ?? 0) > 3 && (other?.heartbeatDetails?.payloads?.length ?? 0) > 0) break;
        await sleep(20);
      }
      return inspectWorkflow(server.client, handle.workflowId, { payloads: true, dataConverter });
    });
    const [run] = report.runs;
    assert.equal(run?.status, 'open');
    const waits = new Map(run.waitingOn.map((wait) => [wait.name, wait]));
    const failing = waits.get('fails');
    assert.ok((failing?.attempt ?? 0) > 3);
    assert.match(failing?.lastFailure ?? '', /no luck with tulip/);
    assert.deepEqual(waits.get('beats')?.lastBeat, { page: 7, secret: 'tulip' });
    assert.equal(waits.get('beats')?.note, 'at work');
    assert.ok(run.waitingOn.some(({ what, until }) => what === 'timer' && until !== undefined));
    assert.deepEqual(run.steps?.find(({ name }) => name === 'beats')?.input, ['tulip']);
  });

  it('tells by the handlers that a plain workflow has which of its signals nobody takes', async () => {
    const handle = await server.start(waits, [], { leaveOpen: 'it is asked while it waits' });
    await handle.signal('go');
    await handle.signal('gone');
    await handle.signal('gone');
    const asked = await server.work(() => inspectWorkflow(server.client, handle.workflowId, { askStatus: true }));
    assert.deepEqual(asked.runs[0]?.unhandled, [
      { what: 'signal gone, for which no handler is set (a setDefaultSignalHandler aside)', count: 2 },
    ]);
  });

  it('says what could not be read, and of a signal that no worker has seen yet', async () => {
    const handle = await server.start(stuck, ['tulip'], { leaveOpen: 'no worker runs', skipReplay: 'no worker ran' });
    await handle.signal(finish);
    const [run] = (await inspectWorkflow(server.client, handle.workflowId, { payloads: true })).runs;
    assert.deepEqual(run?.unhandled, [
      { what: 'signal finish, received after the last workflow task began', count: 1 },
    ]);
    assert.deepEqual(
      run.waitingOn.map(({ what, name }) => `${what}: ${name}`),
      ['workflow task: a worker that takes it'],
    );
    const [started] = run.steps ?? [];
    assert.match(JSON.stringify(started?.input), /bytes of binary\/turned/);
  });
});
