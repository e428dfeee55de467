import { ApplicationFailure } from '@temporalio/common';

/** The `type` of every failure that longhaul raises in workflow and activity code. It is the failure's identity on the wire. */
export type LonghaulFailureType =
  | 'LonghaulDeadline'
  | 'LonghaulCleanUp'
  | 'LonghaulLeftover'
  | 'LonghaulRetryPolicy'
  | 'LonghaulRollingOver'
  | 'LonghaulInboxFull'
  | 'LonghaulBadItem'
  | 'LonghaulUnanswered'
  | 'LonghaulDeadLetter'
  | 'LonghaulFanOut'
  | 'LonghaulHeartbeatTimeout'
  | 'LonghaulCheckpoint'
  | 'LonghaulSuperseded'
  | 'LonghaulHandover'
  | 'LonghaulStalled'
  | 'LonghaulEventLoopBlocked'
  | 'LonghaulIdempotencyKey'
  | 'LonghaulHttp';

interface FailureOptions {
  /** Whether the activity or workflow that throws it is tried again under its retry policy. @default false */
  retryable?: boolean;
  /** Facts for a program to read; they travel with the failure. */
  details?: unknown[];
  cause?: Error;
  /** How long the server waits before the next attempt of an activity; overrides the retry policy's interval. */
  nextRetryDelay?: number | '1ms';
}

/** Builds an `ApplicationFailure` of one of longhaul's types. */
export function longhaulFailure(
  type: LonghaulFailureType,
  message: string,
  { retryable = false, ...rest }: FailureOptions = {},
): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: !retryable, ...rest });
}

/**
 * Whether `error`, or one of its causes, is a longhaul failure of this type.
 *
 * Failures cross the server as data, so `instanceof` can't tell them apart on the other side: only their `type` can.
 */
export function isLonghaulFailure(error: unknown, type: LonghaulFailureType): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.type === type) return true;
  }
  return false;
}
