import assert from 'node:assert/strict';
import { join } from 'node:path';
import { inspectHistories, loadHistories } from '../../../replay';
import type { RunInspection } from '../../../replay';
import { decodeHistory, encodeHistory } from '../../../replay/proto';
import { compiled, fixtures, root } from '../support';

const minute = 60_000;

async function inspected(file: string, options = {}): Promise<RunInspection> {
  const { runs } = await inspectHistories(await loadHistories([file]), options);
  assert.ok(runs[0]);
  return runs[0];
}

describe('inspectHistories', () => {
  const waiting = join(fixtures, 'order-waiting-sdk1.24.0.bin.gz');
  const compat = join(root, 'replay-histories/compat');

  it('counts events by kind, bytes and activities, and sums the growth up to the whole', async () => {
    const run = await inspected(waiting);
    assert.equal(run.status, 'open');
    assert.equal(
      run.kinds.reduce((sum, { events }) => sum + events, 0),
      run.events,
    );
    assert.deepEqual(run.growth.at(-1), { at: run.lastEventAt, events: run.events, bytes: run.bytes });
    assert.deepEqual(
      run.activities.map(({ type, scheduled, completed, open }) => ({ type, scheduled, completed, open })),
      ['reserveStock', 'chargeCard', 'packParcel', 'shipParcel'].map((type) => ({
        type,
        scheduled: 1,
        completed: 1,
        open: 0,
      })),
    );
  });

  it('names what an open run waits on, and when it is due', async () => {
    const [wait, ...more] = (await inspected(waiting)).waitingOn;
    assert.deepEqual(more, []);
    assert.equal(wait?.what, 'timer');
    assert.equal(Date.parse(wait.until ?? '') - Date.parse(wait.since), 60 * minute);
  });

  it('tells what was asked of others from what is under way', async () => {
    const golden = join(root, 'test/replay/golden/histories/order-first-run-sdk1.24.0.bin.gz');
    const [whole] = await loadHistories([golden]);
    assert.ok(whole?.encoded);
    const { events = [] } = decodeHistory(whole.encoded);
    const told = (events ?? []).findIndex(({ nexusOperationCancelRequestCompletedEventAttributes: to }) => to);
    const cut = { ...whole, encoded: encodeHistory({ events: (events ?? []).slice(0, told + 1) }) };
    const { runs } = await inspectHistories([cut], { payloads: true });
    assert.deepEqual(
      runs[0]?.waitingOn.map(({ what, name }) => `${what} ${name}`).filter((what) => !what.startsWith('workflow')),
      ['nexus operation survey'],
    );
    const operations = (runs[0].steps ?? []).filter(({ what }) => what === 'nexus operation');
    assert.deepEqual(
      operations.map(({ name, status, input, output }) => ({ name, status, input, output })),
      [
        { name: 'assess', status: 'completed', input: ['order-closed'], output: 'assessed order-closed' },
        { name: 'survey', status: 'open', input: ['order-closed'], output: undefined },
      ],
    );
  });

  it('measures the time of a replay, and of a part of it', async () => {
    const { replay, forecast } = await inspected(waiting, { replay: { workflowsPath: compiled('recorded') } });
    assert.equal(replay?.status, 'pass');
    assert.ok(replay.ms > 0 && replay.ms < 10_000 && (replay.halfMs ?? 0) > 0);
    const task = forecast.find(({ what }) => what === 'workflow task');
    assert.equal(task?.at, 10_000);
    assert.match(task.threshold, /10 s for a workflow task that replays from the start/);
  });

  it('shows what a rollover carries, part by part, and what it hands on undone', async () => {
    const report = await inspectHistories(await loadHistories([compat]), { payloads: true });
    assert.equal(report.ok, true);
    const first = report.runs.find(({ file }) => file.includes('heavy-with-much-to-carry-run-1'));
    const second = report.runs.find(({ runId }) => runId === first?.continuedAs?.runId);
    assert.deepEqual(second?.continuedFrom?.carried, first?.continuedAs?.carried);
    const { envelope } = second?.continuedFrom?.carried ?? {};
    assert.equal(envelope?.run, 2);
    assert.ok(envelope.parts[0] && envelope.parts[0].bytes > 1_000);
    const adopted = report.runs.find(({ file }) => file.includes('adopted-started-with-its-own-argument-run-2'));
    assert.deepEqual(adopted?.unhandled, [{ what: 'items of inbox items, handed on', count: 9 }]);
    const ended = adopted.steps?.at(-1);
    assert.equal(`${ended?.what ?? ''} ${ended?.status ?? ''}`, 'workflow continuedasnew');
  });

  it('forecasts the server’s limits and the run’s own from the pace of an open run', async () => {
    const [history] = await loadHistories([join(root, 'replay-histories')]);
    assert.ok(history);
    const { forecastOf } = await import('../../../replay/inspect/forecast.js');
    const start = Date.parse('2026-01-01T00:00:00Z');
    const point = (minutes: number, events: number) => ({
      at: new Date(start + minutes * minute).toISOString(),
      events,
      bytes: events * 100,
    });
    const forecast = forecastOf({
      open: true,
      nowMs: start + 100 * minute,
      events: 1_000,
      bytes: 100_000,
      signals: 200,
      growth: [point(0, 1), point(50, 500), point(100, 1_000)],
      perItem: { unit: 'signal add', items: 200, events: 5, bytes: 500 },
      replay: { ms: 400, halfMs: 100, status: 'pass' },
      limits: { events: 4_000 },
    });
    const at = (what: string, unit = 'events') => forecast.find((one) => one.what === what && one.unit === unit);
    // Ten events a minute: 3,000 more take 300 minutes, and 600 items.
    assert.equal(at('rollover')?.when, new Date(start + 400 * minute).toISOString());
    assert.equal(at('rollover')?.items, 600);
    assert.equal(at('limit')?.when, new Date(start + 100 * minute + 5_020 * minute).toISOString());
    // Two signals a minute, 9,800 left.
    assert.equal(at('signal limit', 'signals')?.when, new Date(start + 5_000 * minute).toISOString());
    // Twice as long takes four times as long: 10 s are five times the events.
    assert.match(at('workflow task', 'ms of replay')?.threshold ?? '', /at about 5,000 events/);
    assert.equal(at('workflow task', 'ms of replay')?.when, new Date(start + 500 * minute).toISOString());
  });

  it('forecasts nothing of a closed run, but says what it is past', async () => {
    const closed = await inspected(join(fixtures, 'order-shipped-sdk1.24.0.bin.gz'));
    assert.ok(closed.forecast.every(({ when, reached }) => when === null && !reached));
    assert.deepEqual(closed.waitingOn, []);
  });
});
