import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Fleet } from './fleet';

/** Where in the work a worker is killed. */
export type CrashKind = 'in a hash batch' | 'between a commit and a rollover' | 'anywhere';

/** An activity that the killed worker was in the middle of. */
export interface HeldActivity {
  workflowId: string;
  runId: string;
  activityId: string;
  type: string;
  attempt: number;
}

export interface Crash {
  kind: CrashKind;
  pid: number;
  at: number;
  /** The run of the inventory that was open, and how long its history was. */
  runId: string;
  historyLength: number;
  held: HeldActivity[];
}

interface CrashOptions {
  client: Client;
  fleet: Fleet;
  inventoryId: string;
  /** At how many events a run of the inventory rolls over. */
  rollOverAt: number;
  signal: AbortSignal;
}

/** How far into a run a history must be for a kill between a commit and a rollover. */
const lateInARun = 0.5;

/**
 * Kills a worker at a moment of one of these kinds, the first that fits, and starts another one.
 *
 * The worker is frozen first, so that what the server says of it still holds when it is killed.
 *
 * @returns undefined when the work ended before such a moment came.
 */
export async function crash(
  kinds: readonly CrashKind[],
  { fleet, signal, ...options }: CrashOptions,
): Promise<Crash | undefined> {
  while (!signal.aborted) {
    const pids = fleet.pids;
    const pid = pids[Math.floor(Math.random() * pids.length)];
    if (pid === undefined) return undefined;
    process.kill(pid, 'SIGSTOP');
    try {
      const moment = await look(pid, options);
      const kind = kinds.find((candidate) => isMoment(candidate, moment, options.rollOverAt));
      if (kind) {
        const at = Date.now();
        await fleet.kill(pid);
        const { runId, historyLength, held } = moment;
        await fleet.add();
        return { kind, pid, at, runId, historyLength, held };
      }
    } finally {
      if (fleet.pids.includes(pid)) process.kill(pid, 'SIGCONT');
    }
    await setTimeout(20 + Math.random() * 60);
  }
  return undefined;
}

/** `PENDING_ACTIVITY_STATE_STARTED`, which the client does not export. */
const started = 2;

interface Moment {
  runId: string;
  historyLength: number;
  running: boolean;
  pending: number;
  /** Whether the server holds a checkpoint that a worker has committed. */
  committed: boolean;
  held: HeldActivity[];
}

async function look(
  pid: number,
  { client, inventoryId }: Pick<CrashOptions, 'client' | 'inventoryId'>,
): Promise<Moment> {
  const inventory = await client.workflow.getHandle(inventoryId).describe();
  const children = inventory.status.name === 'RUNNING' ? (inventory.raw.pendingChildren ?? []) : [];
  const described = [inventory];
  for (const { workflowId } of children) {
    if (workflowId) described.push(await client.workflow.getHandle(workflowId).describe());
  }
  // The child that scans is no longer pending in the runs after the one that started it.
  if (children.length === 0) {
    const scan = client.workflow.getHandle(`${inventoryId}/scanTree/1`);
    described.push(await scan.describe());
  }
  const activities = described.flatMap(({ workflowId, runId, raw }) =>
    (raw.pendingActivities ?? []).map((activity) => ({ workflowId, runId, activity })),
  );
  const held = activities
    .filter(({ activity }) => Number(activity.state) === started && activity.lastWorkerIdentity?.startsWith(`${pid}@`))
    .map(({ workflowId, runId, activity }) => ({
      workflowId,
      runId,
      activityId: activity.activityId ?? '',
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
    }));
  return {
    runId: inventory.runId,
    historyLength: inventory.historyLength,
    running: inventory.status.name === 'RUNNING',
    pending: activities.length,
    committed: activities.some(({ activity }) => (activity.heartbeatDetails?.payloads?.length ?? 0) > 0),
    held,
  };
}

function isMoment(
  kind: CrashKind,
  { running, pending, held, committed, historyLength }: Moment,
  rollOverAt: number,
): boolean {
  if (!running || pending === 0) return false;
  switch (kind) {
    case 'in a hash batch':
      return held.some(({ type }) => type === 'hashBatch');
    case 'between a commit and a rollover':
      return committed && historyLength >= rollOverAt * lateInARun && historyLength < rollOverAt;
    case 'anywhere':
      return true;
  }
}
