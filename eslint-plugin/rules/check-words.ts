import type { CheckName } from '../analysis/index.js';
import type { Words } from './message.js';

/** What the rules beyond determinism say of a finding. */
export const checkWords: Readonly<Record<CheckName, Words>> = {
  'require-heartbeat-timeout': {
    does: 'hears of a dead worker only when the whole attempt is over',
    remedy: 'Set a heartbeatTimeout and have the activity beat, or a startToCloseTimeout hardly longer than it takes.',
  },
  'require-heartbeat': {
    does: 'has an activity timed out that works on without a heartbeat',
    remedy: 'Beat in the loop with heartbeat(progress), or make it a longActivity() of longhaul/activities.',
    without: 'Beat in the loop: heartbeat(progress) of @temporalio/activity.',
  },
  'require-activity-timeout': { does: 'gives its activities time limits that do not hold', remedy: 'Correct them.' },
  'activity-observes-cancellation': {
    does: 'can not stop an activity that it cancels',
    remedy: 'Pass the cancellationSignal of @temporalio/activity to what waits, or have its sleep() wait.',
  },
  'require-continue-as-new': {
    does: 'lets its history grow until the server ends it',
    remedy: 'Continue as new when historyBudget() says so, or make it a longRunning() workflow.',
    without: 'Leave the loop when workflowInfo().continueAsNewSuggested, and return continueAsNew().',
  },
  'continue-as-new-by-history': {
    does: 'continues as new without a look at its history',
    remedy: 'Ask historyBudget() of longhaul/workflows.',
    without: 'Ask workflowInfo().continueAsNewSuggested, or historyLength.',
  },
  'no-lost-state': {
    does: 'forgets when it continues as new',
    remedy: 'Hand it to the next run as an argument, or make it a longRunning() workflow with state.',
    without: 'Hand it to the next run as an argument.',
  },
  'no-continue-as-new-in-handler': {
    does: 'ends its run from a handler, whatever else it has in hand',
    remedy: 'Set a variable in the handler, and continue as new from the workflow function.',
  },
  'no-continue-as-new-in-try': {
    does: 'catches its own continue-as-new, which then does not happen',
    remedy: 'Move it behind the try, or have the catch rethrow a ContinueAsNew.',
  },
  'handlers-before-first-await': {
    does: 'refuses what is asked of it before its handler is set',
    remedy: 'Set the handler before anything is awaited.',
  },
  'require-inbox-drain': {
    does: 'loses what arrives late',
    remedy:
      'Read it until the end: wait with condition(() => buffer.length > 0), or use an inbox() of longhaul/workflows.',
    without: 'Read it until the end: wait with condition(() => buffer.length > 0).',
  },
  'require-all-handlers-finished': {
    does: 'may end in the middle of a handler',
    remedy: 'Before the end: await condition(allHandlersFinished).',
  },
  'no-side-effects-in-query': {
    does: 'changes when it is only asked',
    remedy: 'Do it in the workflow or in an update, and only read here.',
  },
  'no-async-update-validator': {
    does: 'accepts every update, and its task fails when the validator throws',
    remedy: 'Make the validator synchronous: what needs to wait belongs into the handler.',
  },
  'condition-predicate-pure': {
    does: 'does something each time the SDK looks whether it may go on',
    remedy: 'Only read in the predicate.',
  },
  'use-condition-result': {
    does: 'goes on in the same way when its time is up',
    remedy: 'Use what condition() resolves to, or waitFor() of longhaul/workflows, which throws.',
    without: 'Use what condition() resolves to.',
  },
  'no-plain-error': {
    does: 'throws what fails its task again and again, and never the workflow',
    remedy: 'Throw ApplicationFailure.create({ message, type }) or ApplicationFailure.nonRetryable(message).',
  },
  'no-swallowed-cancellation': {
    does: 'can not be cancelled',
    remedy: 'Begin the catch with: if (isCancellation(error)) throw error.',
  },
  'shield-cleanup': {
    does: 'has its clean-up cancelled before it starts',
    remedy: 'Run it in shielded() of longhaul/workflows.',
    without: 'Run it in CancellationScope.nonCancellable().',
  },
  'no-floating-workflow-promise': {
    does: 'does not wait for what it starts, nor hears when it fails',
    remedy: 'Await it, or write void with a catch.',
  },
  'no-await-proxy': {
    does: "calls an activity named 'then'",
    remedy: 'Leave the proxy as it is: it is no promise.',
  },
  'no-nonserializable-payload': {
    does: 'sends or takes what JSON does not bring back',
    remedy: 'Send plain data: an array of entries, a text, a number.',
  },
};
