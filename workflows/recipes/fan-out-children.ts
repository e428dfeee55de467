import {
  CancellationScope,
  defineSignal,
  getExternalWorkflowHandle,
  log,
  patched,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, TemporalFailure, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Duration } from '../duration';
import { inbox } from '../inbox';
import type { Inbox, InboxDeclaration } from '../inbox';
import { checkGiven } from '../options';
import type { StartChildOptions } from '../run';
import { workflowNow } from '../workflow-now';
import { FanOutWindow } from './fan-out';
import type { FanOutOptions, FanOutResult } from './fan-out';
import { Alarm } from './alarm';
import type { ChildOutcome } from './child-outcome';
import { checkRecipe, drain, isCutOff, milliseconds } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** Whom a child tells of its end. */
export interface ReportTo {
  workflowId: string;
  fanOut: string;
  id: string;
  /** The first run of the parent's chain. Absent in what older code started. */
  chain?: string;
}

/** How a child ended. */
export interface ChildReport {
  fanOut: string;
  id: string;
  chain?: string;
  result?: unknown;
  error?: string;
}

/** The signal that children tell their end by. */
export const childReportSignal = defineSignal<[ChildReport]>('longhaul.childReport');

/** An inbox for what children report; a report that comes twice or too late keeps no workflow from ending. */
export function childReportInbox(): InboxDeclaration<ChildReport> {
  return inbox(childReportSignal, { onLeftover: 'discard' });
}

/**
 * Does `work` in a child and tells the fan-out that started it how it ended; for the child's own code.
 *
 * The parent's run that started the child is over when the child ends days later, and its result with it: only a signal to the
 * workflow finds the run that is current.
 *
 * @throws what `work` threw, once that has been told.
 * @remarks Records one signal to the parent. Costs one Temporal Cloud action.
 */
export async function reportTo<T>({ workflowId, ...of }: ReportTo, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await tell({ ...of, result });
    return result;
  } catch (error) {
    if (error instanceof TemporalFailure) await tell({ ...of, error: error.cause?.message ?? error.message });
    throw error;
  }

  async function tell(report: ChildReport): Promise<void> {
    try {
      // Also a cancelled child has ended, and the window waits for its place.
      await CancellationScope.nonCancellable(() =>
        getExternalWorkflowHandle(workflowId).signal(childReportSignal, report),
      );
    } catch (error) {
      log.warn('longhaul: the parent could not be told; its fall-back check will find out', { workflowId, error });
    }
  }
}

/** What a child is given: one argument, as a `longRunning` child takes. */
export interface ChildInput<Item> {
  item: Item;
  report: ReportTo;
}

export interface FanOutChildrenOptions<Item, Cursor, Value, Result> extends FanOutOptions<Item, Cursor, Value> {
  /** The child's workflow function. It ends with `reportTo`. */
  child: (input: ChildInput<Item>) => Promise<Result>;

  /** Further options of the children, such as their task queue. @default none */
  childOptions?: Omit<StartChildOptions<[]>, 'args' | 'workflowId'>;

  /**
   * A child's workflow id. One that runs already is taken for the item's child. @default the parent's id, the key and the item's number;
   * where a child of an earlier execution of the parent runs under that, the id of the parent's first run too
   */
  workflowId?: (item: Item, id: string) => string;

  /** Where reports arrive. Several fan-outs of a body may share it. */
  inbox: Inbox<ChildReport>;

  /** Adds a child's result to the value: `sum.bytes += bytes`, or return the new value. @default keeps the value */
  add?: (value: Value, result: Result, item: Item) => Value;

  /** For children that ended without a report, because they were terminated or timed out. */
  fallBack: {
    /** Asks the server: the activity `childOutcomes` of `longhaul/activities`. At most 100 ids at once. */
    check: (workflowIds: string[]) => Promise<ChildOutcome[]>;
    /** How long a child is in hand before it is asked about, and how far apart that is. @default '10 minutes' */
    every?: Duration;
  };
}

/**
 * `fanOut` with a child workflow per item: children go on when their parent rolls over, and none is waited for.
 *
 * @param key Tells this fan-out from others of the same body.
 * @returns the sums, in each later run too.
 * @throws ApplicationFailure `LonghaulFanOut`, non-retryable, when more than `maxFailures` children failed; those in hand are
 *   waited for.
 * @remarks Records three events per child and one or two for its end, one activity a page, and one timer per `every` while children
 *   are in hand. Adding or removing a call in a deployed workflow needs `patched()`. Costs, in Temporal Cloud actions, two per
 *   child (its start and its signal), beside the child's own.
 */
export async function fanOutChildren<Item, Cursor, Value, Result>(
  run: RecipeRun,
  key: string,
  options: FanOutChildrenOptions<Item, Cursor, Value, Result>,
): Promise<FanOutResult<Item, Value>> {
  checkRecipe('fanOutChildren', options, known, ['pages', 'child']);
  checkGiven('fanOutChildren', 'fallBack', options.fallBack, ['check', 'every']);
  const { child, childOptions, inbox: reports, add = (value: Value) => value, fallBack } = options;
  const { workflowId: parentId, firstExecutionRunId: chain } = workflowInfo();
  const usualId = options.workflowId ?? ((_item: Item, id: string) => `${parentId}/${key}/${id}`);
  const everyMs = milliseconds('fanOutChildren', 'fallBack.every', fallBack.every ?? '10 minutes');
  const window = new FanOutWindow(run, key, options);
  const shared = reportsOf(run);
  const alarm = new Alarm();
  let failure: unknown;

  const end = ({ id, result, error }: Pick<ChildReport, 'id' | 'result' | 'error'>): void => {
    const item = window.state.inHand[id]?.item as Item;
    if (error !== undefined) window.fail(id, ApplicationFailure.create({ message: error }));
    else window.succeed(id, (value) => add(value as Value, result as Result, item));
  };
  const childId = (item: Item, id: string): string => window.state.inHand[id]?.workflowId ?? usualId(item, id);
  const startAs = (workflowId: string, item: Item, id: string): Promise<string> =>
    run.startChild(child, {
      ...childOptions,
      workflowId,
      args: [{ item, report: { workflowId: parentId, fanOut: key, id, chain } }],
    });
  const start = (id: string, item: Item, isNew = true): void => {
    void run
      .hold(async () => {
        window.working += 1;
        try {
          try {
            await startAs(childId(item, id), item, id);
          } catch (error) {
            const isOthers = isNew && !options.workflowId && error instanceof WorkflowExecutionAlreadyStartedError;
            const entry = window.state.inHand[id];
            if (!isOthers || !entry || !patched('longhaul.ownChild')) throw error;
            entry.workflowId = `${usualId(item, id)}/${chain}`;
            await startAs(entry.workflowId, item, id);
          }
          window.started(id);
        } catch (error) {
          // It runs since an earlier try: its report or the check tells how it ends.
          if (error instanceof WorkflowExecutionAlreadyStartedError) window.started(id);
          else if (!(error instanceof TemporalFailure) || isCutOff(error)) failure ??= error;
          else window.fail(id, error);
        } finally {
          window.working -= 1;
        }
      })
      .catch((error: unknown) => (failure ??= error));
  };

  for (const [id, { item, started }] of window.inHand()) if (!started) start(id, item as Item, false);
  try {
    await window.run(start, () => failure, {
      due: () => reports.depth > 0 || shared.has(key) || alarm.rings(),
      work: async () => {
        await drain(reports, (report) => shared.keep(report, chain));
        shared.take(key).forEach(end);
        if (alarm.rings()) await check();
        if (window.inHand().length > 0) alarm.set(workflowNow() + everyMs);
      },
    });
  } finally {
    alarm.stop();
  }
  return window.result() as FanOutResult<Item, Value>;

  async function check(): Promise<void> {
    const old = window.inHand().filter(([, { since, started }]) => started && workflowNow() - since >= everyMs);
    for (let from = 0; from < old.length; from += 100) {
      const part = new Map(old.slice(from, from + 100).map(([id, { item }]) => [childId(item as Item, id), id]));
      const outcomes = await run.hold(() => fallBack.check([...part.keys()]));
      for (const { workflowId: childId, outcome, result, error = 'it ended without a report' } of outcomes) {
        const id = part.get(childId);
        if (id === undefined || outcome === 'running') continue;
        end(outcome === 'succeeded' ? { id, result } : { id, error });
      }
    }
    alarm.reset();
  }
}

const ofChildren = ['child', 'childOptions', 'workflowId', 'inbox', 'add', 'fallBack'];
const known = ['pages', 'concurrency', 'value', 'maxFailures', ...ofChildren];

const reportsKept = 1_000;

/** Reports by fan-out: whoever reads the inbox keeps those of the others. */
function reportsOf(run: RecipeRun) {
  const kept = run.keep<Record<string, ChildReport[]>>('longhaul.fanOut reports', () => ({}));
  const of = (key: string): ChildReport[] => (Object.hasOwn(kept, key) ? kept[key] : undefined) ?? [];
  return {
    has: (key: string): boolean => of(key).length > 0,
    keep(report: unknown, chain: string): void {
      // What a signal carries is what somebody sent: any shape.
      const { fanOut, id, chain: theirs = chain } = (report ?? {}) as Record<string, unknown>;
      // A child of an earlier execution of the same workflow id has numbers of its own.
      if (typeof fanOut !== 'string' || typeof id !== 'string' || theirs !== chain) return;
      // More than can be in hand at once are repetitions, and of what is lost here the fall-back check tells.
      kept[fanOut] = [...of(fanOut), report as ChildReport].slice(-reportsKept);
    },
    take(key: string): ChildReport[] {
      const own = of(key);
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a table
      delete kept[key];
      return own;
    },
  };
}
