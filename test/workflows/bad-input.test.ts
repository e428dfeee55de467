import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { defineSignal, defineUpdate } from '@temporalio/workflow';
import { idempotencyKey, longActivity } from 'longhaul/activities';
import { submit } from 'longhaul/client';
import { useServer } from 'longhaul/testing';
import { LonghaulPlugin, runWorker } from 'longhaul/worker';
import { inbox, isLonghaulFailure, longRunning, redriveDeadLetters, statusQuery } from 'longhaul/workflows';
import { cases } from './workflows/bad-input-cases';
import * as flows from './workflows/bad-input';
import { taskFailure, until } from './support';

type Loose = (...given: unknown[]) => unknown;
const [long, box, activity] = [longRunning as Loose, inbox as Loose, longActivity as Loose];
const signal = defineSignal<[unknown]>('signal');
const update = defineUpdate<string, [unknown]>('update');
const state = { version: 1, initial: () => ({}) };
const body = async () => {};
const workflow = (options: object) => () => long('wf', { state, ...options }, body);
const withInbox = (options?: object, message: unknown = signal) => workflow({ inboxes: { a: box(message, options) } });
const by = (item: unknown) => String(item);
const plugin = (options: unknown) => () => new LonghaulPlugin(options as never);

const atDefinition: Record<string, [() => unknown, string]> = {
  'no options': [() => long('wf'), "longRunning 'wf': the options are null; use { state, inboxes,"],
  'no body': [() => long('wf', { state }), "longRunning 'wf': the body is undefined; use an async function"],
  'no state': [() => long('wf', {}, body), 'state is missing; use { version: 1, initial: () => ({ … }) }'],
  'a function for a name': [() => long(body, { state }, body), 'needs the workflow type as its first argument'],
  'rollover:': [workflow({ rollover: { events: 10 } }), "'rollover' is no option; use rollOver"],
  'rollOver.event:': [workflow({ rollOver: { event: 100 } }), "'rollOver.event' is no option; use rollOver.events"],
  'a number for rollOver': [workflow({ rollOver: 100 }), 'rollOver is 100; use { events, bytes'],
  'dead_letters:': [workflow({ dead_letters: {} }), "'dead_letters' is no option; use deadLetters"],
  'a number for deadLetters': [workflow({ deadLetters: 5 }), 'deadLetters is 5; use { keep }'],
  'an option like no other': [workflow({ xyzzy: 1 }), "'xyzzy' is no option; use state, inboxes, rollOver"],
  'a first state that is no function': [
    workflow({ state: { version: 1, initial: {} } }),
    'state.initial is an object; use a function that returns the first state',
  ],
  'migration:': [workflow({ state: { ...state, migration: {} } }), "'state.migration' is no option; use state.migrate"],
  'a version as text': [
    workflow({ state: { ...state, version: '1' } }),
    "state.version is '1'; use a whole number from 1",
  ],
  'a step of migrate that is none': [
    workflow({ state: { ...state, migrate: { 1: 5 } } }),
    'state.migrate[1] is 5; use a function',
  ],
  'onError: contine': [workflow({ onError: 'contine' }), "onError is 'contine'; use 'fail' or 'continue'"],
  'a misspelt deadline': [
    workflow({ deadline: '5 minuts' }),
    "deadline is '5 minuts'; use milliseconds from 0, or a string such as '45 seconds'",
  ],
  'a deadline before the start': [
    workflow({ deadline: '-5 minutes' }),
    "deadline is '-5 minutes'; use milliseconds from 0",
  ],
  'a misspelt drainTimeout': [
    workflow({ rollOver: { drainTimeout: '5 minuts' } }),
    "rollOver.drainTimeout is '5 minuts'",
  ],
  'publish.keeps:': [workflow({ publish: { keeps: 3 } }), "'publish.keeps' is no option; use publish.keep"],
  'progress without registered': [workflow({ progress: {} }), "progress.registered is undefined; use 'the activity"],
  'backlog.task:': [workflow({ backlog: { task: 3 } }), "'backlog.task' is no option; use backlog.tasks"],
  "versioning: 'Pinned'": [
    workflow({ versioning: 'Pinned' }),
    "versioning is 'Pinned'; use 'pinned' or 'auto-upgrade'",
  ],
  'a bare signal for an inbox': [
    workflow({ inboxes: { a: signal } }),
    "inbox 'a' is none that inbox() made; declare it as a: inbox(",
  ],
  'a list of inboxes': [workflow({ inboxes: [box(signal)] }), 'inboxes is a list; use { name: inbox(…) }'],
  'an inbox of nothing': [() => box(undefined), 'inbox() was given undefined to be filled by; use what defineSignal()'],
  'an inbox of a name': [() => box('addOrder'), "inbox() was given 'addOrder' to be filled by"],
  'dedup:': [withInbox({ dedup: { by } }), "inbox 'a': 'dedup' is no option; use dedupe"],
  'dedupe without by': [
    withInbox({ dedupe: {} }),
    'dedupe.by is undefined; use a function that gives the id of an item',
  ],
  'dedupe.by as a name': [withInbox({ dedupe: { by: 'id' } }), "dedupe.by is 'id'; use a function"],
  'dedupe as a function': [withInbox({ dedupe: by }), 'dedupe is a function; use { by, keep, keepFor }'],
  'a misspelt keepFor': [
    withInbox({ dedupe: { by, keepFor: '7 dais' } }),
    "dedupe.keepFor is '7 dais'; use milliseconds from 1",
  ],
  'a number for capacity': [withInbox({ capacity: 5 }), 'capacity is 5; use { items }'],
  'capacity.item:': [withInbox({ capacity: { item: 5 } }), "'capacity.item' is no option; use capacity.items"],
  "onLeftover: 'rollover'": [
    withInbox({ onLeftover: 'rollover' }),
    "onLeftover is 'rollover'; use 'rollOver', 'fail' or 'discard'",
  ],
  'validate as a schema': [
    withInbox({ validate: { parse: by } }),
    "inbox 'a': validate is an object; use a function that throws",
  ],
  'an update without a reply': [withInbox(undefined, update), "has reply undefined; use 'accepted' or 'done'"],
  'a long activity without its work': [
    () => activity({}),
    'longActivity: the second argument is undefined; use the function',
  ],
  'a long activity without options': [
    () => activity(body),
    'longActivity: the options are a function; use { checkpoint,',
  ],
  'stallafter:': [() => activity({ stallafter: 1 }, body), "longActivity: 'stallafter' is no option; use stallAfter"],
  'checkpoint.pars:': [
    () => activity({ checkpoint: { pars: Number } }, body),
    "'checkpoint.pars' is no option; use checkpoint.parse",
  ],
  'a checkpoint that is not read': [
    () => activity({ checkpoint: {} }, body),
    'checkpoint.parse is undefined; use a function',
  ],
  "enforce: 'eror'": [() => activity({ enforce: 'eror' }, body), "enforce is 'eror'; use 'error', 'warn' or 'off'"],
  'enforc:': [plugin({ enforc: 'error' }), "LonghaulPlugin: 'enforc' is no option; use enforce"],
  'a misspelt guard': [
    plugin({ enforce: { heartbeattimeout: 'off' } }),
    "'enforce.heartbeattimeout' is no option; use enforce.heartbeatTimeout",
  ],
  'catalog.job.owner:': [
    plugin({ catalog: { job: { expectedMaxDuration: 1, owner: 'x' } } }),
    "'catalog.job.owner' is no option; use expectedMaxDuration, team",
  ],
  'a catalog entry that is none': [
    plugin({ catalog: { job: '1 day' } }),
    "catalog.job is '1 day'; use { expectedMaxDuration, team }",
  ],
};

const target = { client: { getHandle: () => assert.fail('asked') }, workflowId: 'w' };
const send = (...given: unknown[]) => (submit as Loose)(...given);

const atTheCall: Record<string, [() => unknown, string]> = {
  'a long activity outside an activity': [
    longActivity({}, body),
    'longActivity was called outside an activity; register',
  ],
  'an idempotency key outside an activity': [
    () => idempotencyKey('x'),
    'idempotencyKey() was called outside an activity',
  ],
  'submit to nobody': [
    () => send({ client: {}, workflowId: 'w' }, update, 1),
    'the target names no workflow; use a handle',
  ],
  'submit by a signal': [
    () => send(target, signal, 1),
    'submit: what to send by is an object; use what defineUpdate()',
  ],
  'submit for 5 minuts': [
    () => send(target, update, 1, { timeout: '5 minuts' }),
    "timeout is '5 minuts'; use milliseconds from 1",
  ],
  'submit with whenfull:': [
    () => send(target, update, 1, { whenfull: 'wait' }),
    "'whenfull' is no option; use whenFull",
  ],
  'runWorker without options': [() => (runWorker as Loose)(), 'runWorker: taskQueue is undefined; use the name'],
  'a health port that is none': [
    () => runWorker({ taskQueue: 'q', health: { port: 1e6 } }),
    'health.port is 1000000; use a port from 0',
  ],
};

describe('bad input', () => {
  const server = useServer(require.resolve('./workflows/bad-input'));

  for (const [what, [define, message]] of Object.entries(atDefinition)) {
    it(`is refused at definition with what to write: ${what}`, () => {
      assert.throws(define, (error) => error instanceof TypeError && oneSentenceWith(error, message));
    });
  }

  for (const [what, [call, message]] of Object.entries(atTheCall)) {
    it(`is refused at the call with what to do: ${what}`, async () => {
      await assert.rejects(
        async () => await call(),
        (error) => error instanceof Error && oneSentenceWith(error, message),
      );
    });
  }

  it('of a health port in use names the port', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '0.0.0.0', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      await assert.rejects(
        runWorker({ taskQueue: 'q', health: { port } }),
        new RegExp(`port ${port} .* is in use; give`),
      );
    } finally {
      other.close();
    }
  });

  it('of a server that is not there names the address', async () => {
    const before = process.env['TEMPORAL_ADDRESS'];
    process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:1';
    try {
      await assert.rejects(
        runWorker({ taskQueue: 'q' }),
        /no Temporal server answers at 127\.0\.0\.1:1\. Start one, or set/,
      );
    } finally {
      if (before === undefined) delete process.env['TEMPORAL_ADDRESS'];
      else process.env['TEMPORAL_ADDRESS'] = before;
    }
  });

  it('in a body is a TypeError that says what to write, which would fail the workflow task', () =>
    server.run(flows.inTheBody, [], async (handle) => {
      const messages = await handle.result();
      for (const [what, { message }] of Object.entries(cases)) {
        assert.ok(messages[what]?.startsWith('TypeError: '), `${what}: ${messages[what]}`);
        assert.ok(messages[what]?.includes(message), `${what}: ${messages[what]}`);
      }
    }));

  it('that fails the workflow task leaves the run open', () =>
    server.run(flows.misspelt, [], async (handle) => {
      await handle.signal(flows.addThing, { id: 'a' });
      assert.match(await taskFailure(handle), /inbox 'things': 'concurency' is no option; use concurrency/);
      const { status } = await handle.describe();
      assert.equal(status.name, 'RUNNING');
      await handle.terminate('the code of this worker stays as it is');
    }));

  it('of items that have no id loses none of them', () =>
    server.run(flows.things, [], async (handle) => {
      for (const item of [{}, null, 'text', { id: null }, { id: 'a' }, { id: 'a' }, {}]) {
        await handle.signal(flows.addThing, item as never);
      }
      const { deadLetters } = await until(
        () => handle.query(statusQuery),
        ({ inboxes }) => inboxes['things']?.received === 7,
      );
      assert.deepEqual(
        deadLetters.map(({ item, error }) => [item, error.split(';')[0]?.slice(0, 24)]),
        [
          [null, 'dedupe.by failed: TypeErr'.slice(0, 24)],
          ['text', 'dedupe.by gave no id, as'.slice(0, 24)],
          [{}, 'dedupe.by gave no id, as'.slice(0, 24)],
        ],
      );
      await handle.signal(flows.addThing, { id: 'last' });
      assert.deepEqual(await handle.result(), ['undefined', 'null', 'a', 'last']);
    }));

  it('of items that validate refuses stops none of the others, and a redrive asks it again', () =>
    server.run(flows.validated, [], async (handle) => {
      for (const item of [{}, null, { id: 5 }, { id: 'promised' }, { id: 'a' }]) {
        await handle.signal(flows.addThing, item as never);
      }
      const { deadLetters } = await until(
        () => handle.query(statusQuery),
        ({ inboxes }) => inboxes['things']?.received === 5,
      );
      assert.deepEqual(
        deadLetters.map(({ item, error }) => [item, error.slice(0, 50)]),
        [
          [{}, 'validate refused it: Error: its id is undefined; u'],
          [null, 'validate refused it: TypeError: Cannot destructure'],
          [{ id: 5 }, 'validate refused it: Error: its id is 5; use a tex'],
          [{ id: 'promised' }, 'validate refused it: TypeError: it returned a prom'],
        ],
      );
      const { done, kept } = await handle.executeUpdate(redriveDeadLetters, { args: [{ all: true }] });
      assert.deepEqual(done, []);
      assert.match(kept[2]?.why ?? '', /^validate refuses it: Error: its id is 5; use a text$/);
      await assert.rejects(submit(handle, flows.askThing, { id: 7 } as never), (error: unknown) => {
        assert.ok(isLonghaulFailure(error, 'LonghaulBadItem'));
        return oneSentenceWith(rootOf(error), "inbox 'asked' refuses the item: Error: its id is 7; use a text");
      });
      await submit(handle, flows.askThing, { id: 'b' });
      await handle.signal(flows.addThing, { id: 'last' });
      assert.deepEqual(await handle.result(), ['a', 'last', 'b']);
    }));
});

function rootOf(error: unknown): Error {
  const { cause } = error as Error;
  return cause === undefined ? (error as Error) : rootOf(cause);
}

function oneSentenceWith({ message }: Error, part: string): boolean {
  assert.ok(message.includes(part), message);
  assert.ok(!message.includes('\n') && message.length < 400, message);
  return true;
}
