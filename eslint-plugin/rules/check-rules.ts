import type { CheckName } from '../analysis/index.js';
import type { ListedRule, Tier } from './all-rules.js';
import { effectRule } from './effect-rule.js';

const listed: Readonly<Record<CheckName, readonly [tier: Tier, description: string]>> = {
  'require-heartbeat-timeout': ['typed', 'Require a heartbeat timeout where an activity may run for long'],
  'require-heartbeat': ['typed', 'Require an activity behind a heartbeat timeout to beat in its loops'],
  'require-activity-timeout': ['recommended', 'Require time limits of activities that hold'],
  'activity-observes-cancellation': ['typed', 'Require an activity that beats in a loop to stop when it is cancelled'],
  'require-continue-as-new': ['recommended', 'Require endless loops of workflows to have a way to continue as new'],
  'continue-as-new-by-history': ['all', 'Require continue-as-new to be decided by the history'],
  'no-lost-state': ['typed', 'Disallow state that does not travel into the next run'],
  'no-continue-as-new-in-handler': ['recommended', 'Disallow continuing as new from a handler'],
  'no-continue-as-new-in-try': ['recommended', 'Disallow continuing as new where a catch swallows it'],
  'handlers-before-first-await': ['recommended', 'Require handlers of queries and updates before the first await'],
  'require-inbox-drain': ['typed', 'Require what signals put aside to be read as long as the workflow waits'],
  'require-all-handlers-finished': ['typed', 'Require a workflow to wait for its handlers before it ends'],
  'no-side-effects-in-query': ['recommended', 'Disallow queries and update validators that do more than look'],
  'no-async-update-validator': ['recommended', 'Disallow asynchronous validators of updates'],
  'condition-predicate-pure': ['recommended', 'Disallow predicates of condition() that do more than look'],
  'use-condition-result': ['all', 'Require the answer of a condition() with a time limit to be used'],
  'no-plain-error': ['recommended', 'Disallow plain errors out of a workflow function'],
  'no-swallowed-cancellation': ['recommended', 'Disallow loops that take a cancellation for one more failure'],
  'shield-cleanup': ['recommended', 'Require clean-up after a cancellation to be shielded from it'],
  'no-floating-workflow-promise': ['recommended', 'Disallow promises of the SDK that nobody awaits'],
  'no-await-proxy': ['recommended', 'Disallow awaiting an activity proxy'],
  'no-nonserializable-payload': ['typed', 'Disallow values that JSON loses in what workflows and activities exchange'],
};

/** The rules beyond determinism. Their effect bears their name: what each looks for stands in `analysis/checks`. */
export const checkRules: Readonly<Record<string, ListedRule>> = Object.fromEntries(
  (Object.keys(listed) as CheckName[]).map((name) => {
    const [tier, description] = listed[name];
    return [name, { tier, rule: effectRule({ effect: name, name, description, category: 'running' }) }];
  }),
);
