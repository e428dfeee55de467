import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workflow } from '@temporalio/common';
import { loadConfig } from 'longhaul/config';
import { saveHistory } from 'longhaul/replay';
import { review } from 'longhaul/review';
import type { ReviewCheck } from 'longhaul/review';
import { useServer } from 'longhaul/testing';
import { useFolder } from '../replay/support';
import * as flows from './saved-run-workflows';

/** Runs a workflow, saves its history, and gives what the review says of its saved runs by the name of the check. */
describe('a review of saved runs', function () {
  this.timeout(120_000);
  const server = useServer(require.resolve('./saved-run-workflows'));
  const folder = useFolder();

  async function run(type: Workflow, args: unknown[], pings = 0): Promise<void> {
    await server.run(type, args, async (handle) => {
      for (let at = 0; at < pings; at += 1) await handle.signal(flows.ping);
      await handle.result();
      const history = await handle.fetchHistory();
      await saveHistory(join(folder.path, 'histories'), { history, workflowId: handle.workflowId, what: type.name });
    });
  }

  async function checksOf(type: string, entry: object): Promise<Record<string, ReviewCheck>> {
    const config = { catalog: { [type]: { team: 'orders', ...entry } }, histories: ['./histories'] };
    await writeFile(join(folder.path, 'longhaul.config.cjs'), `module.exports = ${JSON.stringify(config)};`);
    const { workflows } = await review({
      config: await loadConfig({ cwd: folder.path }),
      workflowsPath: require.resolve('./saved-run-workflows'),
      workflowTypes: [type],
    });
    const checks = workflows.flatMap(({ cells }) => cells.flatMap((cell) => cell.checks));
    return Object.fromEntries(checks.map((check) => [check.check, check]));
  }

  const cases: [
    check: string,
    what: string,
    type: Workflow,
    args: unknown[],
    pings: number,
    entry: object,
    verdict: string,
    message: RegExp,
  ][] = [
    ['growth', 'past its limit', flows.rests, [20], 0, { limits: { historyEvents: 50 } }, 'no-go', /past the limit of 50 events/],
    ['growth', 'under its limit', flows.rests, [5], 0, { limits: { historyEvents: 50 } }, 'go', /The largest of 1 saved run/],
    ['payloads', 'of more than half a MiB', flows.answers, [600_000], 0, {}, 'no-go', /A payload of 586 KiB is past the 512 KiB/],
    ['payloads', 'of less', flows.answers, [60_000], 0, {}, 'go', /Its largest payload has 59 KiB/],
    ['lost', 'signals that no code saw', flows.takesNothing, [], 3, {}, 'no-go', /ended with 3 signals ping for which its code has no handler/],
    ['lost', 'none of those it took', flows.takesPings, [3], 3, {}, 'go', /Of 3 messages in saved runs none was lost/],
    ['count', 'more signals than its limit', flows.takesPings, [7], 7, { limits: { signals: 6 } }, 'no-go', /received 7 signals, of 6 at the most/],
    ['count', 'fewer signals than its limit', flows.takesPings, [5], 5, { limits: { signals: 6 } }, 'go', /received 5 signals, of 6 at the most/],
  ]; // prettier-ignore

  for (const [check, what, type, args, pings, entry, verdict, message] of cases) {
    it(`says ${verdict} for ${check}: ${what}`, async () => {
      await run(type, args, pings);
      const found = (await checksOf(type.name, entry))[check];
      assert.equal(found?.verdict, verdict, found?.message);
      assert.match(found.message, message);
      assert.equal(found.fix === undefined, verdict === 'go');
    });
  }
});
