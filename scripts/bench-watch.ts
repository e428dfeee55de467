import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import { Watch } from 'longhaul/client';
import type { WatchOptions, WatchReport } from 'longhaul/client';
import { startServer } from 'longhaul/testing';
import { parse, parseNumber, UsageError } from '../cli/parse';
import { markdownTable } from './support/markdown-table';

const usage = `Usage: npm run bench:watch -- [options]

What a scan of the watch costs with many running workflows: the calls that it makes, which are asserted, and the time.

  --workflows N  that run; default: 10000, then as many more as make 50000
  --types N      in the catalog; default: 20
  --suspects N   of them overdue; default: 25
  --help         show this

Exit status: 0 as asserted, 1 not, 2 wrong use, 3 the environment failed.`;

const options = {
  workflows: { type: 'string' },
  types: { type: 'string' },
  suspects: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const deadline = defineSearchAttributeKey('LonghaulDeadline', SearchAttributeType.DATETIME);
const atOnce = 200;

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (console.log(usage), 0);
  if (positionals[0] !== undefined) throw new UsageError(`takes no argument '${positionals[0]}'. See --help.`);
  const given = parseNumber('--workflows', values.workflows, 100, 1_000_000);
  const types = parseNumber('--types', values.types, 1, 1_000) ?? 20;
  const suspects = parseNumber('--suspects', values.suspects, 0, 1_000) ?? 25;
  const server = await startServer({ reuse: false, searchAttributes: { LonghaulDeadline: 'Datetime' } });
  const connection = await Connection.connect({ address: server.address });
  const client = new Client({ connection });
  const rows: string[][] = [];
  const wrong: string[] = [];
  try {
    let running = 0;
    for (const workflows of given === undefined ? [10_000, 50_000] : [given]) {
      const startedAt = performance.now();
      await startMany(client, { from: running, to: workflows, types, suspects });
      running = workflows;
      await until(async () => (await client.workflow.count("ExecutionStatus = 'Running'")).count >= workflows);
      console.error(`${workflows} run after ${seconds(performance.now() - startedAt)} s`);
      for (const sweep of [0, 1_000, workflows]) {
        const { report, problems } = await measure(client, { types, suspects, sweep, workflows });
        wrong.push(...problems);
        rows.push(rowOf(report, sweep));
      }
    }
  } finally {
    await connection.close();
    await server.stop();
  }
  const head = [
    'running',
    'sweep',
    'counts',
    'lists',
    'describes',
    'histories',
    'task queues',
    'seconds',
    'open cases',
  ];
  console.log(`${types} types, ${suspects} overdue, no limit on the rate:\n\n${markdownTable(head, rows)}`);
  for (const problem of wrong) console.log(`not as asserted: ${problem}`);
  return wrong.length === 0 ? 0 : 1;
}

/** They run and wait as designed: their first task comes in three days, so that none needs a worker. */
async function startMany(
  client: Client,
  { from, to, types, suspects }: { from: number; to: number; types: number; suspects: number },
): Promise<void> {
  const batch = randomUUID();
  let next = from;
  const lane = async () => {
    for (let nth = next++; nth < to; nth = next++) {
      const at = Date.now() + (nth < suspects ? -1 : 1) * 3_600_000;
      await client.workflow.start(`type${nth % types}`, {
        taskQueue: 'waiting',
        workflowId: `${batch}-${nth}`,
        startDelay: '3 days',
        typedSearchAttributes: [{ key: deadline, value: new Date(at) }],
      });
      if (nth % 5_000 === 0) console.error(`${nth} started`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

async function measure(
  client: Client,
  { types, suspects, sweep, workflows }: { types: number; suspects: number; sweep: number; workflows: number },
): Promise<{ report: WatchReport; problems: string[] }> {
  const catalog: WatchOptions['catalog'] = Object.fromEntries(
    Array.from({ length: types }, (_, nth) => [`type${nth}`, { expectedMaxDuration: '4 days' }]),
  );
  const watch = new Watch(client, { catalog, sweep, callsPerSecond: 100_000, visibilityCallsPerSecond: 100_000 });
  const report = await watch.scan();
  const { counts, lists, describes, histories } = report.cost;
  const problems: string[] = [];
  const check = (what: string, is: number, right: number) => {
    if (is !== right) problems.push(`${what} with ${workflows} running and a sweep of ${sweep}: ${is}, not ${right}`);
  };
  const withSuspects = suspects > 0 ? 1 : 0;
  const swept = Math.min(sweep, workflows);
  // All, past their deadline, unread, reported; each type running, without a deadline and late, and late; the queue without workers.
  check('counts', counts, 4 + types * (2 + withSuspects) + (sweep > 0 || suspects > 0 ? 1 : 0));
  check('lists', lists, withSuspects + Math.ceil(swept / 1_000));
  if (sweep === 0) check('describes', describes, suspects);
  else if (describes > suspects + swept || describes < swept) check('describes', describes, suspects + swept);
  check('histories', histories, 0);
  check(
    'overdue cases',
    report.groups.flatMap(({ cases }) => cases).filter(({ verdict }) => verdict === 'overdue').length,
    suspects,
  );
  return { report, problems };
}

function rowOf({ coverage, cost, durationMs, groups }: WatchReport, sweep: number): string[] {
  const { counts, lists, describes, histories, taskQueues } = cost;
  const cases = groups.reduce((sum, group) => sum + group.cases.length, 0);
  const figures = [coverage.running, sweep, counts, lists, describes, histories, taskQueues];
  return [...figures.map(String), seconds(durationMs), String(cases)];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 200));
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    const wrongUse = error instanceof UsageError;
    console.error(wrongUse ? `bench:watch: ${error.message}` : error);
    process.exit(wrongUse ? 2 : 3);
  },
);
