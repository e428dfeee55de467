/* eslint-disable @typescript-eslint/ban-ts-comment -- it goes into the declaration, where there may be nothing to expect */
/** @ts-ignore -- for the compiler of who unit-tests no activity, and lacks these optional peers */
import type { Info } from '@temporalio/activity';
import type { ClientOptions } from '@temporalio/client';
/** @ts-ignore -- as above */
import type { MockActivityEnvironment, MockActivityEnvironmentOptions } from '@temporalio/testing';
import { defaultPayloadConverter } from '@temporalio/common';
import { host } from '../activities/host';
import type { WorkflowOrigin } from '../activities/host';
import { clientSdk, testingSdk } from './sdk';

/** What the server says to a beat. */
export type BeatAnswer = 'going on' | 'paused' | 'reset' | 'superseded' | 'unreachable';

export interface MockActivityOptions extends Omit<MockActivityEnvironmentOptions, 'client'> {
  /** What the activity is told about itself. @default attempt 1, a minute each for start-to-close and heartbeat */
  info?: Partial<Info>;

  /** The first run and the inbox item that its workflow would tell it. @default a first run, and no item */
  origin?: WorkflowOrigin;

  /** What the last attempt left: `heartbeatDetails` of a long activity with this checkpoint. @default nothing */
  checkpoint?: { value: unknown; version?: number };
}

/** An activity's surroundings in a unit test, without a server. */
export interface MockActivity {
  readonly environment: MockActivityEnvironment;

  /** What each beat and commit carried so far. */
  readonly beats: readonly unknown[];

  /** The value that the next attempt would find: of the last beat, not of the last `save`. */
  readonly checkpoint: unknown;

  /** Runs an activity function in it. */
  run<P extends unknown[], R>(activity: (...args: P) => Promise<R>, ...args: P): Promise<R>;

  /** As when the workflow cancels the activity. */
  cancel(): void;

  /** As when the worker begins to shut down. */
  shutDown(): void;

  /** What the server says to each beat from now on. @default 'going on' */
  answer(next: BeatAnswer): void;
}

/**
 * A `MockActivityEnvironment` in which a `longActivity` can be unit-tested. The SDK's own has no client, and a long activity brings its
 * beats and commits to the server through one.
 */
// eslint-disable-next-line @typescript-eslint/require-await -- a promise as before, when the SDK could be loaded by import() alone
export async function mockActivityEnvironment(options: MockActivityOptions = {}): Promise<MockActivity> {
  const { info, origin = { firstRunId: 'first-run' }, checkpoint, interceptors = [], ...rest } = options;
  const { MockActivityEnvironment } = testingSdk();
  const { Client } = clientSdk();
  const beats: unknown[] = [];
  let answer: BeatAnswer = 'going on';
  const heartbeat = ({
    details,
  }: {
    details: { payloads: Parameters<typeof defaultPayloadConverter.fromPayload>[0][] };
  }) => {
    if (answer === 'superseded') return Promise.reject(serviceError(5, 'not found'));
    if (answer === 'unreachable') return Promise.reject(serviceError(14, 'unreachable'));
    const [payload] = details.payloads;
    beats.push(payload && defaultPayloadConverter.fromPayload(payload));
    return Promise.resolve({
      cancelRequested: false,
      activityPaused: answer === 'paused',
      activityReset: answer === 'reset',
    });
  };
  const connection = {
    workflowService: { recordActivityTaskHeartbeat: heartbeat },
    plugins: [],
    withAbortSignal: <R>(_signal: AbortSignal, call: () => Promise<R>) => call(),
  };
  const client = new Client({ connection: connection as unknown as NonNullable<ClientOptions['connection']> });
  const shutdown = new AbortController();
  const now = Date.now();
  const environment = new MockActivityEnvironment(
    {
      namespace: 'default',
      startToCloseTimeoutMs: 60_000,
      scheduleToCloseTimeoutMs: 0,
      heartbeatTimeoutMs: 60_000,
      scheduledTimestampMs: now,
      currentAttemptScheduledTimestampMs: now,
      ...(checkpoint === undefined
        ? {}
        : { heartbeatDetails: { longhaul: 'checkpoint', version: checkpoint.version ?? 1, value: checkpoint.value } }),
      ...info,
    },
    {
      ...rest,
      client,
      interceptors: [
        () => ({
          inbound: { execute: (input, next) => host.run({ origin, shutdown: shutdown.signal }, () => next(input)) },
        }),
        ...interceptors,
      ],
    },
  );
  return {
    environment,
    beats,
    get checkpoint() {
      return (beats.at(-1) as { value?: unknown } | undefined)?.value;
    },
    run: (activity, ...args) => environment.run(activity, ...args),
    cancel: () => environment.cancel(),
    shutDown: () => shutdown.abort(),
    answer: (next) => {
      answer = next;
    },
  };
}

/** An error as a gRPC call gives it. */
function serviceError(code: number, details: string): Error {
  return Object.assign(new Error(details), { code, details, metadata: { get: () => [] } });
}
