import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { bundleWorkflows, inspectHistories, loadHistories, replayHistories } from 'longhaul/replay';
import { installQuietRuntime } from '../../replay/engine/quiet-runtime';
import { decodeHistory } from '../../replay/proto';
import { compiled, json, useFolder, type Json } from './support';

/** The history with one more event at a place, and all ids after it moved on. */
function withEvent(history: Json, at: number, event: object): Json {
  const moved = (value: unknown, name = ''): unknown => {
    if (Array.isArray(value)) return value.map((item) => moved(item));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moved(item, key)]));
    return /eventId$/i.test(name) && Number(value) >= at ? String(Number(value) + 1) : value;
  };
  const { events } = moved(history) as Json;
  const { eventTime } = events[at - 1] ?? {};
  events.splice(at - 1, 0, { eventId: String(at), eventTime, ...event });
  return { events };
}

describe('an event of a newer server', () => {
  const folder = useFolder();
  const cases: [what: string, event: object][] = [
    ['by a name', { eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_TELEPORTED', workerMayIgnore: true }],
    ['by a number', { eventType: 9_999, workerMayIgnore: true }],
  ];
  for (const [what, event] of cases) {
    it(`is passed over, ${what}, where it says that workers may, as by the SDK`, async () => {
      const text = JSON.stringify(withEvent(await json(), 20, event));
      await writeFile(join(folder.path, 'order.json'), text);
      const histories = await loadHistories([folder.path]);
      const [history] = histories;
      assert.equal(history?.problem, undefined, history?.problem?.message);
      assert.equal(history?.events, 49);

      const workflowsPath = compiled('recorded');
      const bundle = { code: await bundleWorkflows(workflowsPath, {}) };
      installQuietRuntime();
      const given = [{ workflowId: 'order-1', history: decodeHistory(history.encoded ?? new Uint8Array()) }];
      for await (const { error } of Worker.runReplayHistories({ workflowBundle: bundle }, given))
        assert.equal(error, undefined);

      const { summary, failures } = await replayHistories({ workflowsPath, histories });
      assert.equal(summary.pass, 1, JSON.stringify(failures));
      assert.equal((await inspectHistories(histories)).runs[0]?.status, 'completed');
    });
  }

  it('is refused where it does not say so', async () => {
    await writeFile(join(folder.path, 'order.json'), JSON.stringify(withEvent(await json(), 20, { eventType: 9_999 })));
    const [history] = await loadHistories([folder.path]);
    assert.match(history?.problem?.message ?? '', /event 20 is of type 9999, which this SDK does not know/);
  });
});
