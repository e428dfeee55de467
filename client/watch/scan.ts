import { compare, chainOf } from './cases';
import type { Compared } from './cases';
import { Looker } from './look';
import type { LookedAt } from './look';
import type { Finding, WatchCase, WatchGroup, WatchReport } from './report';
import type { ServerCalls } from './server-calls';
import type { TypeSettings } from './settings';
import type { WatchState } from './state';
import { countAndSuspect, sweepPage } from './suspects';
import type { Counted } from './suspects';
import { noteQueues, queuesWithoutWorkers } from './task-queues';
import { iso } from './time';

export interface ScanOptions {
  types: ReadonlyMap<string, TypeSettings>;
  settingsOf: (workflowType: string) => TypeSettings;
  taskQueues: readonly string[];
  nowMs: number;
  notTakenMs: number;
  pollersWithinMs: number;
  /** How many executions the sweep looks at, and how many suspects of one kind are listed. */
  sweep: number;
  suspects: number;
}

export interface Scanned {
  report: WatchReport;
  compared: Compared;
  /** What to remember, but for the cases. */
  state: WatchState;
}

/** Looks at a namespace once: counts first, then describes suspects, open cases, and as many more as the sweep may. */
export async function scan(
  calls: ServerCalls,
  looker: Looker,
  known: WatchState,
  options: ScanOptions,
): Promise<Scanned> {
  const startedAt = performance.now();
  const { types, nowMs, suspects: mostSuspects } = options;
  calls.takeCost();
  const counted = await countAndSuspect(calls, types, nowMs, mostSuspects);
  const looked = new Map<string, LookedAt>();
  const chains = new Map<string, 'running' | 'closed'>();
  const look = async (one: { workflowId: string; runId?: string; failed?: boolean }): Promise<void> => {
    const found = await looker.look(one, options);
    if (!found) return;
    looked.set(found.workflowId, found);
    chains.set(chainOf(found), found.running ? 'running' : 'closed');
  };

  // Whatever run is open now; a case may have rolled over since.
  const isFailing = ({ verdict }: Finding): boolean => verdict === 'workflow-task-failing';
  const failed = new Set(known.cases.filter(isFailing).map(({ workflowId }) => workflowId));
  for (const { workflowId } of known.cases) {
    if (workflowId !== '' && !looked.has(workflowId)) await look({ workflowId, failed: failed.has(workflowId) });
  }
  // One whose workflow is gone, or whose id another chain has taken, is over.
  for (const one of known.cases)
    if (one.workflowId !== '' && !chains.has(chainOf(one))) chains.set(chainOf(one), 'closed');

  const fresh = counted.suspects.filter(({ workflowId }) => !looked.has(workflowId));
  for (const { workflowId, runId } of fresh.slice(0, mostSuspects)) await look({ workflowId, runId });
  const { sweep, queues } = await sweepOn(calls, known, options, async ({ workflowId, runId }) => {
    if (!looked.has(workflowId)) await look({ workflowId, runId });
  });

  const ofCases = known.cases.flatMap(({ workflowId, taskQueue }) => (workflowId === '' ? [taskQueue] : []));
  const seen = [
    ...options.taskQueues,
    ...queues,
    ...[...looked.values()].map(({ taskQueue }) => taskQueue),
    ...ofCases, // or a case of a queue that nobody uses any more would stay open for ever
  ];
  const taskQueues = noteQueues(known.taskQueues, seen, nowMs);
  const queueNames = Object.keys(taskQueues);
  const withoutWorkers = await queuesWithoutWorkers(calls, queueNames, { nowMs, withinMs: options.pollersWithinMs });
  const findings = withoutQueueRepeats(
    [...looked.values()].flatMap((one) => one.findings),
    withoutWorkers,
  );
  const compared = compare(known.cases, { chains, queues: new Set(queueNames), findings }, iso(nowMs));
  const cases = [...compared.open, ...compared.opened];
  const report: WatchReport = {
    schema: 'longhaul.watch/1',
    ok: cases.length === 0,
    at: iso(nowMs),
    namespace: calls.namespace,
    durationMs: Math.round(performance.now() - startedAt),
    groups: grouped(cases, counted, types),
    coverage: {
      running: counted.running,
      looked: looked.size,
      inRound: sweep.looked,
      lastRoundAt: sweep.lastRoundAt,
      lastRoundMs: sweep.lastRoundMs,
      leftOver: Math.max(0, fresh.length - mostSuspects),
    },
    cost: calls.takeCost(),
    warnings: counted.warnings,
  };
  return { report, compared, state: { ...known, sweep, taskQueues, unreachableSince: null } };
}

/** Goes on where the last scan stopped; what runs may be more than one scan looks at. */
async function sweepOn(
  calls: ServerCalls,
  known: WatchState,
  { sweep: budget, nowMs }: ScanOptions,
  look: (one: { workflowId: string; runId: string }) => Promise<void>,
): Promise<{ sweep: WatchState['sweep']; queues: Set<string> }> {
  const queues = new Set<string>();
  let { token: kept, startedAt, looked, lastRoundAt, lastRoundMs } = known.sweep;
  let token: Uint8Array = Buffer.from(kept, 'base64');
  for (let left = budget; left > 0;) {
    if (token.length === 0) [startedAt, looked] = [iso(nowMs), 0];
    const page = await sweepPage(calls, token, left).catch((error: unknown) => {
      const { code } = error as { code?: unknown };
      if (token.length > 0 && typeof code === 'number' && !unanswered.has(code)) return undefined;
      throw error;
    });
    if (!page) {
      // A token of an older server, or of another store: begin anew.
      token = new Uint8Array();
      continue;
    }
    for (const one of page.suspects) {
      queues.add(one.taskQueue);
      await look(one);
    }
    looked += page.suspects.length;
    left -= Math.max(1, page.suspects.length);
    token = page.token;
    if (token.length > 0) continue;
    [lastRoundAt, lastRoundMs] = [iso(nowMs), nowMs - Date.parse(startedAt)];
    break; // a round is done; the next scan begins another
  }
  kept = Buffer.from(token).toString('base64');
  return { sweep: { token: kept, startedAt, looked, lastRoundAt, lastRoundMs }, queues };
}

/** A queue without workers is one case, not one for each workflow on it. */
function withoutQueueRepeats(findings: readonly Finding[], queues: readonly Finding[]): Finding[] {
  const named = new Set(queues.map(({ taskQueue }) => taskQueue));
  const repeats = ({ verdict, taskQueue }: Finding): boolean => verdict === 'no-worker' && named.has(taskQueue);
  return [...queues, ...findings.filter((finding) => !repeats(finding))];
}

function grouped(
  cases: readonly WatchCase[],
  counted: Counted,
  types: ReadonlyMap<string, TypeSettings>,
): WatchGroup[] {
  const groups = new Map<string, WatchGroup>();
  const groupOf = (team: string | null, workflowType: string): WatchGroup => {
    const key = JSON.stringify([team, workflowType]);
    const overdue = counted.overdueByType.get(workflowType) ?? 0;
    const running = counted.runningByType.get(workflowType) ?? null;
    const group = groups.get(key) ?? { team, workflowType, running, overdue, cases: [] };
    groups.set(key, group);
    return group;
  };
  for (const [type, { team = null }] of types) groupOf(team, type);
  for (const one of cases) groupOf(one.team, one.workflowType).cases.push(one);
  // Of a type that is not in the catalog nobody has counted.
  for (const group of groups.values())
    group.overdue = Math.max(group.overdue, group.cases.filter(({ verdict }) => verdict === 'overdue').length);
  return [...groups.values()].sort(
    (a, b) => order(a.team ?? '', b.team ?? '') || order(a.workflowType, b.workflowType),
  );
}

const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** The gRPC status of calls to which the server gave no answer, or no leave: that says nothing of the page token. */
const unanswered = new Set([1, 4, 7, 8, 14, 16]);
