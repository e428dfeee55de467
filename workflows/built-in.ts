import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LonghaulStatus } from './status';

/** Makes the run roll over at its next safe point: for operators, and for tests that force it at random moments. */
export const rollOverSignal = defineSignal('longhaul.rollOver');

/** What every `longRunning` workflow tells of itself. A query records nothing. */
export const statusQuery = defineQuery<LonghaulStatus>('longhaul.status');
