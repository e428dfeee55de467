import { AsyncLocalStorage } from '@temporalio/workflow';

// Node looks at every storage in use for every promise of a thread, and each workflow in a worker's cache would have one. So it is
// made only where somebody asks for the item, and in use only while one is in hand.
interface Items {
  storage?: ReturnType<typeof newStorage>;
  inHand: number;
}

// A module may be shared by all workflows of a worker; an activator belongs to one.
const byWorkflow = new WeakMap<object, Items>();

/** Has `currentItem` know the item from here on. To be called before the workflow begins. */
export function followItems(): void {
  items().storage ??= newStorage();
}

/** Calls `handle` with its item known to what it schedules; `leaveItem` has to follow. Takes no promise turn of its own. */
export function withItem<R>(id: string | undefined, handle: () => R): R {
  const of = items();
  of.inHand += 1;
  return of.storage ? of.storage.run(id, handle) : handle();
}

/** Tells that an item is no longer in hand. */
export function leaveItem(): void {
  const of = items();
  of.inHand -= 1;
  if (of.inHand === 0) of.storage?.disable();
}

/** The id of the item in whose `forEach` handler this is called; undefined elsewhere, and for items without an id. */
export function currentItem(): string | undefined {
  return items().storage?.getStore();
}

function items(): Items {
  const { __TEMPORAL_ACTIVATOR__: activator = globalThis } = globalThis as { __TEMPORAL_ACTIVATOR__?: object };
  const known = byWorkflow.get(activator);
  if (known) return known;
  const fresh: Items = { inHand: 0 };
  byWorkflow.set(activator, fresh);
  return fresh;
}

function newStorage() {
  return new AsyncLocalStorage<string | undefined>();
}
