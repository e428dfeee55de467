import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workflow } from '@temporalio/common';
import type { ActivityOptions } from '@temporalio/workflow';
import { loadConfig } from 'longhaul/config';
import { saveHistory } from 'longhaul/replay';
import { judge, knownTypes, review } from 'longhaul/review';
import type { Gathered, ReviewCheck } from 'longhaul/review';
import { useServer, workflowRuns } from 'longhaul/testing';
import { rollOverSignal } from 'longhaul/workflows';
import { gatherHistories } from '../../review/gather-histories';
import { useFolder } from '../replay/support';
import { gathered } from './gathered';
import * as flows from './saved-run-workflows';

/** A workflow that runs and is saved, and what the review is to say of it. */
interface Case {
  check: string;
  type: Workflow;
  args?: unknown[];
  signals?: readonly string[];
  /** Of the catalog, beside its team. */
  entry?: object;
  source?: 'time-skipping';
  message: RegExp;
}

const pings = (count: number): string[] => Array.from({ length: count }, () => 'ping');

const cases: Readonly<Record<'no-go' | 'go' | 'unknown', readonly Case[]>> = {
  'no-go': [
    { check: 'growth', type: flows.rests, args: [20], entry: { limits: { historyEvents: 50 } }, message: /past the limit of 50 events/ },
    { check: 'payloads', type: flows.answers, args: [600_000], message: /A payload of 586 KiB is past the 512 KiB/ },
    { check: 'lost', type: flows.takesNothing, signals: pings(3), message: /ended with 3 signals ping for which its code has no handler/ },
    { check: 'lost', type: flows.handsOnUndeclared, signals: ['ping', rollOverSignal.name], message: /handed on 1 signal that no handler is declared for/ },
    { check: 'count', type: flows.takesPings, args: [7], signals: pings(7), entry: { limits: { signals: 6 } }, message: /received 7 signals, of 6 at the most/ },
    { check: 'expected-duration', type: flows.rests, args: [20], entry: { expectedMaxDuration: '1 ms' }, message: /A saved run took .*, longer than the 1 ms/ },
    { check: 'expected-duration', type: flows.takesNothing, message: /does not say how long takesNothing takes/ },
    { check: 'owner', type: flows.answers, entry: { team: undefined }, message: /does not say who is called/ },
  ],
  go: [
    { check: 'growth', type: flows.rests, args: [5], entry: { limits: { historyEvents: 50 } }, message: /The largest of 1 saved run/ },
    { check: 'payloads', type: flows.answers, args: [60_000], message: /Its largest payload has 59 KiB/ },
    { check: 'lost', type: flows.takesPings, args: [5], signals: pings(5), message: /Of 5 messages in saved runs none was lost/ },
    { check: 'lost', type: flows.handsOn, signals: ['add', rollOverSignal.name], message: /messages in saved runs none was lost/ },
    { check: 'count', type: flows.takesPings, args: [5], signals: pings(5), entry: { limits: { signals: 6 } }, message: /received 5 signals, of 6 at the most/ },
    { check: 'expected-duration', type: flows.rests, args: [5], entry: { expectedMaxDuration: '1 day' }, message: /It counts as overdue after 1 day/ },
    { check: 'owner', type: flows.rests, args: [5], message: /orders is called/ },
    { check: 'replay', type: flows.handsOn, message: /2 saved histories replay/ },
    // It lived as long as it may.
    { check: 'span', type: flows.takesNothing, entry: { expectedMaxDuration: '1 ms' }, message: /A saved workflow of .* replays/ },
  ],
  unknown: [
    { check: 'span', type: flows.rests, args: [5], message: /The longest saved workflow that replays took .*; save one of 1 day or more/ },
    { check: 'span', type: flows.answers, args: [1], entry: { expectedMaxDuration: '1 ms' }, source: 'time-skipping', message: /replays, but on a server that skips time/ },
  ],
}; // prettier-ignore

describe('a review of saved runs', () => {
  const server = useServer(require.resolve('./saved-run-workflows'));
  const folder = useFolder();
  const workflowsPath = require.resolve('./saved-run-workflows');

  /** Runs a workflow to its end, and saves all its runs. */
  const run = ({ type, args = [], signals = [], source }: Omit<Case, 'check' | 'message'>) =>
    server.run(type, args, async (handle) => {
      for (const signal of signals) await handle.signal(signal, 1);
      await handle.result();
      const runs = await workflowRuns(server.client, { workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
      for (const [nth, { history, workflowId }] of runs.entries())
        await saveHistory(join(folder.path, 'histories'), { history, workflowId, what: `${type.name} ${nth}`, ...(source && { source }) });
    }); // prettier-ignore

  for (const verdict of ['no-go', 'go', 'unknown'] as const) {
    it(`says ${verdict} for ${[...new Set(cases[verdict].map(({ check }) => check))].join(', ')}`, async () => {
      // One run and one entry of the catalog serve all checks of a type.
      const byType = new Map<string, Case>();
      for (const one of cases[verdict]) {
        const { name } = one.type;
        const known = byType.get(name);
        byType.set(name, { ...one, ...known, entry: { ...known?.entry, ...one.entry } });
      }
      for (const one of byType.values()) await run(one);
      const catalog = Object.fromEntries([...byType].map(([name, { entry }]) => [name, { team: 'orders', ...entry }]));
      const config = { catalog, histories: ['./histories'] };
      await writeFile(join(folder.path, 'longhaul.config.cjs'), `module.exports = ${JSON.stringify(config)};`);
      const { workflows } = await review({
        config: await loadConfig({ cwd: folder.path }),
        workflowsPath,
        workflowTypes: [...byType.keys()],
      });
      for (const { check, type, message } of cases[verdict]) {
        const row = workflows.find(({ workflowType }) => workflowType === type.name);
        const found = row?.cells.flatMap(({ checks }) => checks).find((one) => one.check === check);
        assert.equal(found?.verdict, verdict, `${type.name} ${check}: ${found?.message ?? ''}`);
        assert.match(found.message, message);
        assert.equal(found.fix === undefined, verdict !== 'no-go');
        assert.equal(found.command === undefined, verdict !== 'unknown');
      }
    });
  }

  const checksOf = (of: Gathered, type: string): ReviewCheck[] =>
    judge(of, [type], Date.now()).workflows.flatMap(({ cells }) => cells.flatMap(({ checks }) => checks));
  const saved = () => gatherHistories({ paths: [join(folder.path, 'histories')], cwd: folder.path });

  it('answers for each of the four timeouts by how a server recorded the activity', async () => {
    const [nn, go, no] = ['not-needed', 'go', 'no-go'];
    // schedule-to-start, start-to-close, schedule-to-close, heartbeat
    const timeouts: Record<string, [options: ActivityOptions, answers: unknown[]]> = {
      quick: [{ startToCloseTimeout: '10 s' }, [nn, go, nn, nn]],
      bounded: [{ scheduleToStartTimeout: '5 min', startToCloseTimeout: '2 h', scheduleToCloseTimeout: '1 d', heartbeatTimeout: '45 s' }, [go, go, go, go]],
      wholeAlone: [{ scheduleToCloseTimeout: '1 h', heartbeatTimeout: '45 s' }, [nn, nn, go, go]],
      fewAttempts: [{ startToCloseTimeout: '2 h', heartbeatTimeout: '45 s', retry: { maximumAttempts: 3 } }, [nn, go, nn, go]],
      forEver: [{ startToCloseTimeout: '2 h' }, [nn, go, no, no]],
      never: [{ startToCloseTimeout: '2 h', scheduleToCloseTimeout: '1 d', heartbeatTimeout: '3 h' }, [nn, go, go, no]],
      elsewhere: [{ taskQueue: 'other', startToCloseTimeout: '10 s' }, [no, go, nn, nn]],
      elsewhereBounded: [{ taskQueue: 'other', startToCloseTimeout: '10 s', scheduleToCloseTimeout: '1 min' }, [nn, go, go, nn]],
    }; // prettier-ignore
    const options = Object.fromEntries(Object.entries(timeouts).map(([name, [given]]) => [name, given]));
    await run({ type: flows.schedules, args: [options] });
    const histories = await saved();
    const names = ['schedule-to-start', 'start-to-close', 'schedule-to-close', 'heartbeat'];
    const answersOf = (of: Gathered, activity: string) =>
      names.map(
        (name) => checksOf(of, 'schedules').find((one) => one.check === name && one.activity === activity)?.verdict,
      );
    const found = Object.keys(timeouts).map((name) => [name, answersOf(gathered({ histories }), name)]);
    assert.deepEqual(
      Object.fromEntries(found),
      Object.fromEntries(Object.entries(timeouts).map(([name, [, answers]]) => [name, answers])),
    );
    // A server takes no activity without either; a history that was made elsewhere may have one.
    for (const event of histories.runs[0]?.history.events ?? []) {
      const { activityTaskScheduledEventAttributes: given } = event;
      if (given?.activityType?.name === 'quick') given.startToCloseTimeout = null;
    }
    assert.deepEqual(answersOf(gathered({ histories }), 'quick'), [nn, no, no, no]);
    // What the catalog says is there, and no history shows.
    const catalog = { schedules: { longActivities: ['bounded', 'unseen'] } };
    const unknown = checksOf(gathered({ histories, catalog }), 'schedules').filter((one) => one.activity === 'unseen');
    assert.deepEqual(unknown.map(({ check, verdict }) => `${check} ${verdict}`), [...names, 'drill'].map((one) => `${one} unknown`)); // prettier-ignore
    assert.ok(unknown.every(({ command }) => command !== undefined));
  });

  it('needs no timeout where there is no activity, and foresees when a run that never rolls over is too long', async () => {
    await run({ type: flows.rests, args: [20] });
    const histories = await saved();
    const catalog = { rests: { expectedMaxDuration: '3 days' } } as const;
    const timeouts = checksOf(gathered({ histories }), 'rests').filter(({ check }) => check.includes('-to-'));
    assert.deepEqual(timeouts.map(({ verdict }) => verdict), ['not-needed', 'not-needed', 'not-needed']); // prettier-ignore
    const growth = (limits: object) => {
      const [check] = checksOf(
        gathered({ histories, catalog: { rests: { ...catalog.rests, limits } } }),
        'rests',
      ).filter((one) => one.check === 'growth');
      return [check?.verdict, check?.message];
    };
    // As if it had slept for six minutes each time: two hours, of the three days that it may take.
    const [saving] = histories.runs;
    if (saving) Object.assign(saving.inspection, { spanMs: 2 * 3_600_000 });
    const [bad, why] = growth({ historyEvents: 1_000 });
    assert.equal(bad, 'no-go', why);
    assert.match(why ?? '', /At the pace of its saved run it reaches 1,000 events after .*, and it may take 3 days/);
    assert.equal(growth({ historyEvents: 10_000 })[0], 'go');
  });

  it('knows the types of saved histories alone', async () => {
    await run({ type: flows.takesNothing });
    assert.deepEqual(knownTypes(gathered({ histories: await saved() })), ['takesNothing']);
  });
});
