import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowService } from '@temporalio/client';
import { unlessAborted } from '../../config/unless-aborted';
import type { WatchCost } from './report';

export type Described = Awaited<ReturnType<WorkflowService['describeWorkflowExecution']>>;
export type Listed = NonNullable<Awaited<ReturnType<WorkflowService['listWorkflowExecutions']>>['executions']>[number];
export type HistoryPage = Awaited<ReturnType<WorkflowService['getWorkflowExecutionHistoryReverse']>>;
export type QueueAnswer = Awaited<ReturnType<WorkflowService['describeTaskQueue']>>;
type QueueKind = NonNullable<Parameters<WorkflowService['describeTaskQueue']>[0]['taskQueueType']>;

/** The gRPC status of what is not there, and of a query that names what is not indexed. */
const notFound = 5;
const invalidArgument = 3;

/** All that a watch asks of a server: raw calls, so that no payload is decoded; counted, bounded in rate and in time. */
export class ServerCalls {
  private made: WatchCost = noCost();
  private readonly all: Pace;
  /** Counts and lists have a limit of their own on a server, and a low one. */
  private readonly visibility: Pace;

  /** @param perSecond How many calls, and how many of them counts and lists. */
  constructor(
    private readonly client: Client,
    perSecond: { all: number; visibility: number },
    private readonly signal?: AbortSignal,
  ) {
    this.all = new Pace(perSecond.all);
    this.visibility = new Pace(perSecond.visibility);
  }

  get namespace(): string {
    return this.client.options.namespace;
  }

  /** The calls since the last time this was asked. */
  takeCost(): WatchCost {
    const { made } = this;
    this.made = noCost();
    return made;
  }

  /** How many executions match; undefined where the query names an attribute that the server lacks. */
  async count(query: string): Promise<number | undefined> {
    const answer = await this.call('counts', (service, namespace) =>
      service.countWorkflowExecutions({ namespace, query }).catch(unlessUnknownAttribute),
    );
    return answer && Number(String(answer.count));
  }

  async list(
    query: string,
    pageSize: number,
    nextPageToken?: Uint8Array,
  ): Promise<{ executions: Listed[]; nextPageToken: Uint8Array }> {
    const request = { query, pageSize, ...(nextPageToken ? { nextPageToken } : {}) };
    const answer = await this.call('lists', (service, namespace) =>
      service.listWorkflowExecutions({ namespace, ...request }),
    );
    return { executions: answer.executions, nextPageToken: answer.nextPageToken };
  }

  /** Undefined where the server knows no such workflow any more. */
  async describe(workflowId: string, runId?: string): Promise<Described | undefined> {
    const execution = { workflowId, ...(runId === undefined ? {} : { runId }) };
    return this.call('describes', (service, namespace) =>
      service.describeWorkflowExecution({ namespace, execution }).catch(unlessNotFound),
    );
  }

  /** The newest events of a run, newest first. */
  async historyTail(
    workflowId: string,
    runId: string,
    maximumPageSize: number,
    nextPageToken?: Uint8Array,
  ): Promise<HistoryPage | undefined> {
    const request = { execution: { workflowId, runId }, maximumPageSize, ...(nextPageToken ? { nextPageToken } : {}) };
    return this.call('histories', (service, namespace) =>
      service.getWorkflowExecutionHistoryReverse({ namespace, ...request }).catch(unlessNotFound),
    );
  }

  async taskQueue(name: string, kind: 'workflow' | 'activity'): Promise<QueueAnswer | undefined> {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum itself is in no package of the client
    const taskQueueType = (kind === 'workflow' ? 1 : 2) as QueueKind;
    return this.call('taskQueues', (service, namespace) =>
      service
        .describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType, reportStats: true })
        .catch(unlessNotFound),
    );
  }

  private async call<T>(
    kind: keyof WatchCost,
    make: (service: WorkflowService, namespace: string) => Promise<T>,
  ): Promise<T> {
    if (kind === 'counts' || kind === 'lists') await this.visibility.turn(this.signal);
    await this.all.turn(this.signal);
    this.made[kind] += 1;
    const { connection, workflowService } = this.client;
    const timely = () => connection.withDeadline(Date.now() + deadlineMs, () => make(workflowService, this.namespace));
    const { signal } = this;
    return signal
      ? unlessAborted(signal, () => connection.withAbortSignal(AbortSignal.any([signal]), timely))
      : timely();
  }
}

/** Spreads calls evenly, so that no scan is a burst. */
class Pace {
  /** When the next call may leave, in milliseconds of the monotonic clock. */
  private nextAt = 0;

  constructor(private readonly perSecond: number) {}

  /** Waits for a call's turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const now = performance.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + 1_000 / this.perSecond;
    if (at > now) await sleep(at - now, undefined, signal ? { signal } : {});
  }
}

const deadlineMs = 10_000;

const noCost = (): WatchCost => ({ counts: 0, lists: 0, describes: 0, histories: 0, taskQueues: 0, others: 0 });

function unlessNotFound(error: unknown): undefined {
  if ((error as { code?: unknown }).code === notFound) return undefined;
  throw error;
}

function unlessUnknownAttribute(error: unknown): undefined {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === invalidArgument && /search attribute/i.test(message ?? '')) return undefined;
  throw error;
}
