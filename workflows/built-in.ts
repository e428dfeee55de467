import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DeadLetterResult, DeadLetterSelection } from './dead-letter-commands';
import type { LonghaulStatus } from './status';

/** Makes the run roll over at its next safe point: for operators, and for tests that force it at random moments. */
export const rollOverSignal = defineSignal('longhaul.rollOver');

/** Stops the handing out of items, over rollovers, until `longhaul.resume`. What is in hand goes on, and what comes in is kept. */
export const pauseSignal = defineSignal('longhaul.pause');

/** Ends a pause. */
export const resumeSignal = defineSignal('longhaul.resume');

/** Puts dead letters back into their inboxes, behind what waits there, past the dedupe window. */
export const redriveDeadLetters = defineUpdate<DeadLetterResult, [DeadLetterSelection]>('longhaul.deadLetters.redrive');

/** Drops dead letters for good. */
export const dropDeadLetters = defineUpdate<DeadLetterResult, [DeadLetterSelection]>('longhaul.deadLetters.drop');

/** What every `longRunning` workflow tells of itself. A query records nothing. */
export const statusQuery = defineQuery<LonghaulStatus>('longhaul.status');
