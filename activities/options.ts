import type { CheckpointOptions } from './checkpoint';
import { defaultMaxBytes } from './checkpoint-size';
import { milliseconds } from './duration';
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

const known = new Set(['checkpoint', 'enforce', 'minCommitIntervalMs', 'stallAfter', 'deadlineMargin']);

/** @throws TypeError with one sentence, for what is out of range or misspelt. */
export function checkOptions<C>(options: LongActivityOptions<C>): CheckedOptions<C> {
  const { checkpoint, enforce, minCommitIntervalMs = 1_000, stallAfter, deadlineMargin } = options;
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new TypeError(`longActivity: '${name}' is no option; use ${[...known].join(', ')}`);
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
    stallAfterMs: stallAfter === undefined ? undefined : milliseconds('stallAfter', stallAfter),
    deadlineMarginMs: deadlineMargin === undefined ? undefined : milliseconds('deadlineMargin', deadlineMargin, 0),
  };
}
