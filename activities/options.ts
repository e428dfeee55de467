import { lengthOfTime } from '../workflows/duration';
import { checkFunction, checkGiven, checkKnown, checkOneOf } from '../workflows/options';
import type { CheckpointOptions } from './checkpoint';
import { defaultMaxBytes } from './checkpoint-size';
import type { Enforce } from './enforcement';
import type { LongActivityOptions } from './long-activity';

/** Options as an attempt uses them. */
export interface CheckedOptions<C> {
  checkpoint: CheckpointOptions<C> | undefined;
  maxBytes: number;
  enforce: Enforce | undefined;
  minCommitIntervalMs: number;
  stallAfterMs: number | undefined;
  deadlineMarginMs: number | undefined;
}

const known = ['checkpoint', 'enforce', 'minCommitIntervalMs', 'stallAfter', 'deadlineMargin'];

/** @throws TypeError with one sentence, for what is out of range or misspelt. */
export function checkOptions<C>(options: LongActivityOptions<C>): CheckedOptions<C> {
  checkGiven('longActivity', '', options, known);
  const { checkpoint, enforce, minCommitIntervalMs = 1_000, stallAfter, deadlineMargin } = options;
  if (enforce !== undefined) checkOneOf('longActivity: enforce', enforce, ['error', 'warn', 'off']);
  checkKnown('longActivity', 'checkpoint', checkpoint, ['version', 'parse', 'migrate', 'maxBytes']);
  if (checkpoint) {
    checkFunction('longActivity: checkpoint.parse', checkpoint.parse, 'a function that reads what `commit` was given');
  }
  if (!(minCommitIntervalMs >= 0)) {
    throw new TypeError(`longActivity: minCommitIntervalMs is ${minCommitIntervalMs}; use milliseconds from 0`);
  }
  const { version = 1, maxBytes = defaultMaxBytes } = checkpoint ?? {};
  if (!Number.isInteger(version) || version < 1) {
    throw new TypeError(`longActivity: checkpoint.version is ${version}; use a whole number from 1`);
  }
  if (!(maxBytes >= 1)) {
    throw new TypeError(`longActivity: checkpoint.maxBytes is ${maxBytes}; use a number of bytes from 1`);
  }
  return {
    checkpoint,
    maxBytes,
    enforce,
    minCommitIntervalMs,
    stallAfterMs:
      stallAfter === undefined ? undefined : lengthOfTime('longActivity: stallAfter', stallAfter, { most: Infinity }),
    deadlineMarginMs:
      deadlineMargin === undefined
        ? undefined
        : lengthOfTime('longActivity: deadlineMargin', deadlineMargin, { least: 0, most: Infinity }),
  };
}
