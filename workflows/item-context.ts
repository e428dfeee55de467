import { AsyncLocalStorage } from '@temporalio/workflow';

/** The id of the inbox item in hand, for what is called from its handler. */
const item = new AsyncLocalStorage<string | undefined>();

/** Calls `handle` with its item known to what it schedules. Takes no promise turn of its own. */
export function withItem<R>(id: string | undefined, handle: () => R): R {
  return item.run(id, handle);
}

/** The id of the item in whose `forEach` handler this is called; undefined elsewhere, and for items without an id. */
export function currentItem(): string | undefined {
  return item.getStore();
}
