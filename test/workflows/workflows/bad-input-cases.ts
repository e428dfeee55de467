import { defineSignal } from '@temporalio/workflow';
import { approval, batch, callback, fanOut, fanOutChildren, poll, scheduledCleanup } from 'longhaul/recipes';
import type { RecipeRun } from 'longhaul/recipes';
import { createInbox, historyBudget, step, waitFor, withTimeout } from 'longhaul/workflows';
import type { Inbox, InboxDeclarations, Run } from 'longhaul/workflows';

type Loose = (...given: unknown[]) => Promise<unknown>;
interface Body {
  run: Pick<Run<[], object, InboxDeclarations>, 'deadline' | 'forEach' | keyof RecipeRun>;
  things: Inbox<unknown>;
}

const nothing = async () => {};
const page = () => Promise.resolve({ items: [] });
const never = () => false;
const loose = (call: unknown) => call as Loose;
const [wait, limited, take, one] = [loose(waitFor), loose(withTimeout), loose(step), loose(createInbox)];
const each = ({ things }: Body, ...given: unknown[]) => (things.forEach as Loose)(...given);
const asked = ({ run, things }: Body, options: object) =>
  loose(approval)(run, 'key', { inbox: things, approvers: ['ann'], deadline: '1 day', ...options });
const others = defineSignal<[unknown]>('others');

/** Wrong use that only shows in a body, and a part of what it is told. */
export const cases: Readonly<Record<string, { message: string; call: (body: Body) => unknown }>> = {
  'concurrency 0': {
    call: (body) => each(body, nothing, { concurrency: 0 }),
    message: 'concurrency is 0; use a whole number',
  },
  'concurrency NaN': { call: (body) => each(body, nothing, { concurrency: NaN }), message: 'concurrency is NaN' },
  'concurency:': {
    call: (body) => each(body, nothing, { concurency: 2 }),
    message: "'concurency' is no option; use concurrency",
  },
  'no handler': { call: (body) => each(body), message: 'the handler of forEach is undefined; use a function' },
  'orderBy as a name': {
    call: (body) => each(body, nothing, { orderBy: 'id' }),
    message: "orderBy is 'id'; use a function",
  },
  'a number for retry': { call: (body) => each(body, nothing, { retry: 3 }), message: 'retry is 3; use { attempts,' },
  'retry.maximumAttempts:': {
    call: (body) => each(body, nothing, { retry: { attempts: 1, maximumAttempts: 3 } }),
    message: "'retry.maximumAttempts' is no option; use attempts,",
  },
  'a misspelt interval': {
    call: (body) => each(body, nothing, { retry: { attempts: 2, maxInterval: '5 minuts' } }),
    message: "retry.maxInterval is '5 minuts'",
  },
  'take(0)': { call: ({ things }) => things.take(0), message: 'take(0) needs a whole number of at least 1' },
  'a source that is none': {
    call: ({ run }) => (run.forEach as Loose)('all', 5, nothing),
    message: "run.forEach('all'): the source is 5; use { page:",
  },
  'waitFor without a limit': {
    call: () => wait(never),
    message: 'waitFor: the options are null; use { timeout, deadline, what }',
  },
  'waitFor for 5 minuts': {
    call: () => wait(never, { timeout: '5 minuts' }),
    message: "waitFor: timeout is '5 minuts'; use milliseconds",
  },
  'waitFor with time:': { call: () => wait(never, { time: 5 }), message: "'time' is no option; use timeout" },
  'waitFor of a promise': {
    call: () => wait(nothing(), { timeout: 5 }),
    message: 'waitFor: its first argument is an object; use a function',
  },
  'withTimeout of a promise': {
    call: () => limited(nothing(), { timeout: 5 }),
    message: 'withTimeout: its first argument is an object',
  },
  'a deadline in no time': {
    call: ({ run }) => run.deadline.set('3 dais' as never),
    message: "run.deadline.set() is '3 dais'; use milliseconds",
  },
  'a deadline of null': {
    call: ({ run }) => run.deadline.set(null as never),
    message: 'run.deadline.set() is null; use milliseconds',
  },
  'a step of nothing': {
    call: () => take(undefined, []),
    message: "step 'step': what it calls is undefined; use an activity",
  },
  "retry: 'nevr'": {
    call: () => take(nothing, [], { retry: 'nevr' }),
    message: "retry is 'nevr'; use 'a policy such as",
  },
  'retry.attempts of a step': {
    call: () => take(nothing, [], { retry: { attempts: 1 } }),
    message: "'retry.attempts' is no option; use maximumAttempts,",
  },
  'dedup: of createInbox': {
    call: () => one(others, { dedup: {} }),
    message: "createInbox('others'): 'dedup' is no option; use dedupe",
  },
  'a budget of event:': {
    call: () => (historyBudget as unknown as Loose)({ event: 100 }),
    message: 'rollOver.event is no limit; use events',
  },
  'a quorum of more than there are': {
    call: (body) => asked(body, { quorum: 2 }),
    message: 'approval: quorum is 2; use a whole number from 1 to 1',
  },
  "quorum: 'most'": {
    call: (body) => asked(body, { quorum: 'most' }),
    message: "quorum is 'most'; use 'a whole number', 'all' or 'any'",
  },
  'one name for approvers': {
    call: (body) => asked(body, { approvers: 'ann' }),
    message: "approvers is 'ann'; use a list of names",
  },
  'quorm:': { call: (body) => asked(body, { quorm: 1 }), message: "approval: 'quorm' is no option; use quorum" },
  "atDeadline: 'approved'": {
    call: (body) => asked(body, { atDeadline: 'approved' }),
    message: "atDeadline is 'approved'; use 'approve',",
  },
  'reminders without send': {
    call: (body) => asked(body, { reminders: { every: 5 } }),
    message: 'reminders.send is undefined; use the activity',
  },
  'an approval without an inbox': {
    call: (body) => asked(body, { inbox: undefined }),
    message: 'approval: inbox is undefined; use one of run.inboxes',
  },
  'poll every 5 minuts': {
    call: ({ run }) => loose(poll)(run, 'key', { check: nothing, until: never, every: '5 minuts' }),
    message: "poll: every is '5 minuts'",
  },
  'poll without check': {
    call: ({ run }) => loose(poll)(run, 'key', { until: never }),
    message: 'poll: check is undefined; use a function',
  },
  'callback with fallback:': {
    call: ({ run, things }) => loose(callback)(run, 'key', { inbox: things, start: nothing, timeout: 5, fallback: {} }),
    message: "'fallback' is no option; use fallBack",
  },
  'fanOut with concurency:': {
    call: ({ run }) => loose(fanOut)(run, 'key', { pages: page, work: nothing, value: 0, concurency: 5 }),
    message: "'concurency' is no option; use concurrency",
  },
  'fanOutChildren without fallBack': {
    call: ({ run, things }) =>
      loose(fanOutChildren)(run, 'key', { pages: page, child: nothing, inbox: things, value: 0 }),
    message: 'fanOutChildren: fallBack is null; use { check, every }',
  },
  'batch with maxsize:': {
    call: ({ run, things }) => loose(batch)(run, 'key', { inbox: things, work: nothing, maxsize: 5 }),
    message: "'maxsize' is no option; use maxSize",
  },
  "catchUp: 'any'": {
    call: ({ run }) => loose(scheduledCleanup)(run, 'key', { every: 5, work: nothing, catchUp: 'any' }),
    message: "catchUp is 'any'; use 'none', 'one' or 'all'",
  },
  'a recipe without options': {
    call: ({ run }) => loose(scheduledCleanup)(run, 'key'),
    message: 'scheduledCleanup: the options are null; use { every,',
  },
};
