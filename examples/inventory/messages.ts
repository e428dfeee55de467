import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { CompactSummary } from './files/compact-summary';

export interface InventoryInput {
  /** The folder to make an inventory of: an absolute path that every worker sees. */
  root: string;

  /** Where batches and records are kept: an absolute path outside of `root`. */
  store: string;

  /** How many batches are hashed at once. @default 4 */
  concurrency?: number;

  /** How many files a batch has. @default 50 */
  batchSize?: number;

  /** Looks again for what has changed, so many times, so many days apart. @default none */
  rescans?: { times: number; everyDays: number };
}

/** What a scan tells the inventory. Batches lie in the store; the signal carries their names alone, so history stays small. */
export type Found =
  | { id: string; kind: 'batch'; pass: number; batch: string; entries: number }
  | { id: string; kind: 'end'; pass: number; batches: number; entries: number }
  | { id: string; kind: 'failed'; pass: number; message: string };

export const found = defineSignal<[Found]>('found');

export interface Progress {
  /** Which look at the tree this is, from 0. */
  pass: number;
  /** Whether this pass's scan has come to its end. */
  scanned: boolean;
  files: number;
  bytes: number;
  batches: number;
  /** When the next pass begins, in milliseconds since the epoch, while it rests between two. */
  restsUntil?: number;
}

export const progress = defineQuery<Progress>('inventory.progress');

/** What a batch came to. */
export interface BatchTotals {
  files: number;
  bytes: number;
}

export type InventoryResult = Progress & { summary: CompactSummary };
