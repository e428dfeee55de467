import { AsyncLocalStorage } from '@temporalio/workflow';

// Node looks at every storage in use for every promise of a thread, and each workflow in a worker's cache would have one. So it is
// made only where somebody asks for the item, and in use only while one is in hand.
let storage: ReturnType<typeof newStorage> | undefined;
let inHand = 0;

/** Has `currentItem` know the item from here on. To be called before the workflow begins. */
export function followItems(): void {
  storage ??= newStorage();
}

/** Calls `handle` with its item known to what it schedules; `leaveItem` has to follow. Takes no promise turn of its own. */
export function withItem<R>(id: string | undefined, handle: () => R): R {
  inHand += 1;
  return storage ? storage.run(id, handle) : handle();
}

/** Tells that an item is no longer in hand. */
export function leaveItem(): void {
  inHand -= 1;
  if (inHand === 0) storage?.disable();
}

/** The id of the item in whose `forEach` handler this is called; undefined elsewhere, and for items without an id. */
export function currentItem(): string | undefined {
  return storage?.getStore();
}

function newStorage() {
  return new AsyncLocalStorage<string | undefined>();
}
