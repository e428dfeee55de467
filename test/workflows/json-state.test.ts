import assert from 'node:assert/strict';
import { inbox, longRunning } from 'longhaul/workflows';
import type { JsonSafe, Run } from 'longhaul/workflows';
import { addNote } from './workflows/orders';

type Id = string & { readonly __brand: 'Id' };
declare const mark: unique symbol;
enum Level {
  Low,
  High,
}

interface Tree {
  name: string;
  kids: Tree[];
  next?: Tree;
}

/** All that JSON carries unchanged. */
interface Carried {
  text: string;
  optional?: number;
  perhaps: string | undefined;
  list: readonly string[];
  pair: [number, string?];
  choice: { kind: 'a'; value: number } | { kind: 'b' } | null;
  level: Level;
  id: Id;
  marked: { a: 1 } & { [mark]?: 'Order' };
  byName: Record<string, { z: boolean }>;
  tree: Tree;
  unknown: unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- it is what is tested
  any: any;
}

class Account {
  balance = 0;
  deposit(amount: number) {
    this.balance += amount;
  }
}

const body = () => Promise.resolve();
const define = <S extends object>(initial: () => S & JsonSafe<S>) => initial;

describe('the type of a state', () => {
  it('takes what JSON carries unchanged', () => {
    longRunning('w', { state: { version: 1, initial: () => ({}) as Carried } }, async (run) => {
      const id: Id = run.state.id;
      run.state.tree.kids.push({ name: id, kids: [] });
      const count: number = await run.once('count', () => Promise.resolve(1));
      await run.once('nothing', async () => {
        await Promise.resolve(count);
      });
    });
    longRunning('w', { state: { version: 1, initial: () => ({ empty: [], nothing: {}, n: 1 }) } }, body);
    longRunning('w', { state: { version: 1, initial: (shop: { at: Date }) => ({ at: shop.at.getTime() }) } }, body);
    define(() => ({ a: [1] }));
  });

  it('refuses what JSON would mangle, with the reason', () => {
    // @ts-expect-error -- a Date comes back as a string
    longRunning('w', { state: { version: 1, initial: () => ({ at: new Date() }) } }, body);
    // @ts-expect-error -- also where it is optional
    longRunning('w', { state: { version: 1, initial: (): { at?: Date } => ({}) } }, body);
    // @ts-expect-error -- also in a union
    longRunning('w', { state: { version: 1, initial: () => ({}) as { at: Date | string } } }, body);
    // @ts-expect-error -- also in a record
    longRunning('w', { state: { version: 1, initial: () => ({}) as { by: Record<string, Date> } } }, body);
    // @ts-expect-error -- also in a type that contains itself
    longRunning('w', { state: { version: 1, initial: () => ({}) as { kids: unknown[]; self?: Recursive } } }, body);
    // @ts-expect-error -- a Map comes back empty, however deep it is
    longRunning('w', { state: { version: 1, initial: () => ({ deep: [{ map: new Map<string, number>() }] }) } }, body);
    // @ts-expect-error -- a Set comes back empty
    longRunning('w', { state: { version: 1, initial: () => ({ set: new Set<string>() }) } }, body);
    // @ts-expect-error -- there is no bigint in JSON
    longRunning('w', { state: { version: 1, initial: () => ({ big: 10n ** 18n }) } }, body);
    // @ts-expect-error -- there are no symbols
    longRunning('w', { state: { version: 1, initial: () => ({ kind: Symbol('kind') }) } }, body);
    // @ts-expect-error -- bytes become an object with numbers for keys
    longRunning('w', { state: { version: 1, initial: () => ({ bytes: new Uint8Array(8) }) } }, body);
    // @ts-expect-error -- functions are dropped
    longRunning('w', { state: { version: 1, initial: () => ({ done: () => true }) } }, body);
    // @ts-expect-error -- methods too
    longRunning('w', { state: { version: 1, initial: () => ({ account: new Account() }) } }, body);
    // @ts-expect-error -- also those of the state itself
    longRunning('w', { state: { version: 1, initial: () => new Account() } }, body);
    // @ts-expect-error -- undefined in a list becomes null
    longRunning('w', { state: { version: 1, initial: () => ({ list: [undefined, 'a'] }) } }, body);
    // @ts-expect-error -- it comes back as what toJSON() returns
    longRunning('w', { state: { version: 1, initial: () => ({ url: new URL('https://example.com') }) } }, body);
  });

  it('refuses a result of run.once that JSON would mangle', () => {
    const use = async (run: Run<[], object, Record<string, never>>) => {
      // @ts-expect-error -- later runs would read a string
      await run.once('began', () => Promise.resolve(new Date()));
      // @ts-expect-error -- also within
      await run.once('seen', () => Promise.resolve({ ids: new Set<string>() }));
    };
    assert.equal(typeof use, 'function');
  });

  it('holds what replaces.fromArgs makes to the state and the inboxes', () => {
    const old = (_shop: string) => Promise.resolve();
    const state = { version: 1, initial: (_shop: { name: string }) => ({ done: 0 }) };
    const inboxes = { notes: inbox(addNote) };
    longRunning(
      'w',
      {
        state,
        inboxes,
        replaces: {
          workflow: old,
          fromArgs: (name) => ({ args: [{ name }], state: { done: 1 }, items: { notes: ['a'] } }),
        },
      },
      body,
    );
    longRunning(
      'w',
      {
        state,
        // @ts-expect-error -- the state has another shape
        replaces: { workflow: old, fromArgs: (name) => ({ args: [{ name }], state: { wrong: 1 } }) },
      },
      body,
    );
    // @ts-expect-error -- the argument has another one
    longRunning('w', { state, replaces: { workflow: old, fromArgs: (name) => ({ args: [name] }) } }, body);
    longRunning(
      'w',
      {
        state,
        inboxes,
        // @ts-expect-error -- the items are strings
        replaces: { workflow: old, fromArgs: (name) => ({ args: [{ name }], items: { notes: [1] } }) },
      },
      body,
    );
  });
});

interface Recursive {
  next?: Recursive;
  at?: Date;
}
