import { defineSignal } from '@temporalio/workflow';

export interface Item {
  id: string;
  last?: boolean;
}

export const add = defineSignal<[Item]>('add');

/** Items that come in one signal, so that 100,000 of them are sent in minutes. */
export interface Batch {
  id: string;
  items: string[];
}

export const addBatch = defineSignal<[Batch]>('addBatch');

/** How many events a run of `longhaulWork` and `plainWork` may have; low enough that a short run rolls over. */
export const events = 250;

/** How many ids are known again, on both sides. */
export const keep = 1_000;
