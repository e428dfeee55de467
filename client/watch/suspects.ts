import type { Listed, ServerCalls } from './server-calls';
import type { TypeSettings } from './settings';
import { iso } from './time';

/** An execution that is worth a describe. */
export interface Suspect {
  workflowId: string;
  runId: string;
  workflowType: string;
  taskQueue: string;
}

/** What visibility alone can tell: by counting first, and listing only where the count is above 0. */
export interface Counted {
  running: number;
  /** Of each type in the catalog. */
  runningByType: Map<string, number>;
  overdueByType: Map<string, number>;
  suspects: Suspect[];
  warnings: string[];
}

const isOpen = "ExecutionStatus = 'Running'";
const pageSize = 1_000;

/** @param most How many suspects of one kind are listed. */
export async function countAndSuspect(
  calls: ServerCalls,
  types: ReadonlyMap<string, TypeSettings>,
  nowMs: number,
  most: number,
): Promise<Counted> {
  const running = (await calls.count(isOpen)) ?? 0;
  const suspects = new Map<string, Suspect>();
  const warnings: string[] = [];
  const runningByType = new Map<string, number>();
  const overdueByType = new Map<string, number>();
  const suspectBy = async (what: string, query: string): Promise<number | undefined> => {
    const count = await calls.count(query);
    if (count === undefined || count === 0) return count;
    const found = await listUpTo(calls, query, most);
    for (const one of found) suspects.set(one.runId, one);
    if (count > found.length) warnings.push(`${count} ${what}: the first ${found.length} were looked at.`);
    return count;
  };

  const now = quoted(iso(nowMs));
  const withDeadline = await suspectBy(
    'executions are past their LonghaulDeadline',
    `${isOpen} AND LonghaulDeadline < ${now}`,
  );
  const hasDeadlines = withDeadline !== undefined;
  for (const [type, { expectedMs }] of types) {
    const ofType = `${isOpen} AND WorkflowType = ${quoted(type)}`;
    const count = (await calls.count(ofType)) ?? 0;
    runningByType.set(type, count);
    if (count === 0) continue;
    if (hasDeadlines && withDeadline > 0)
      overdueByType.set(type, (await calls.count(`${ofType} AND LonghaulDeadline < ${now}`)) ?? 0);
    if (expectedMs === undefined) continue;
    const without = hasDeadlines ? ' AND LonghaulDeadline IS NULL' : '';
    const startedBefore = quoted(iso(Math.max(0, nowMs - expectedMs))); // a date goes back no further than some 270,000 years
    const late = await suspectBy(
      `executions of ${type} are past their expected maximum`,
      `${ofType}${without} AND StartTime < ${startedBefore}`,
    );
    overdueByType.set(type, (overdueByType.get(type) ?? 0) + (late ?? 0));
  }
  const shortest = Math.min(...[...types.values()].map(({ backlogAgeMs }) => backlogAgeMs), 3_600_000);
  await suspectBy(
    'executions have an inbox that nobody reads',
    `${isOpen} AND LonghaulBacklogSince < ${quoted(iso(nowMs - shortest))}`,
  );
  // Servers from 1.30 on; on older ones the sweep has to find them.
  await suspectBy('executions have reported problems', `${isOpen} AND TemporalReportedProblems IS NOT NULL`);
  return { running, runningByType, overdueByType, suspects: [...suspects.values()], warnings };
}

async function listUpTo(calls: ServerCalls, query: string, most: number): Promise<Suspect[]> {
  const found: Suspect[] = [];
  let token: Uint8Array | undefined;
  do {
    const page = await calls.list(query, Math.min(pageSize, most - found.length), token);
    found.push(...page.executions.map(suspectOf));
    token = page.nextPageToken.length > 0 ? page.nextPageToken : undefined;
  } while (token && found.length < most);
  return found;
}

/** Executions that run, from where the sweep stands. An empty token begins a new round, or has ended one. */
export async function sweepPage(
  calls: ServerCalls,
  token: Uint8Array,
  most: number,
): Promise<{ suspects: Suspect[]; token: Uint8Array }> {
  const page = await calls.list(isOpen, Math.min(pageSize, most), token.length > 0 ? token : undefined);
  return { suspects: page.executions.map(suspectOf), token: page.nextPageToken };
}

export const queryOfQueue = (taskQueue: string): string => `${isOpen} AND TaskQueue = ${quoted(taskQueue)}`;

function suspectOf({ execution, type, taskQueue }: Listed): Suspect {
  return {
    workflowId: execution?.workflowId ?? '',
    runId: execution?.runId ?? '',
    workflowType: type?.name ?? '',
    taskQueue: taskQueue ?? '',
  };
}

const quoted = (text: string): string => `'${text.replace(/['\\]/g, (character) => `\\${character}`)}'`;
