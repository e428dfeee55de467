import type { ReviewArea } from './report';

/** The columns, as people read them. */
export const areaTitles: Readonly<Record<ReviewArea, string>> = {
  heartbeats: 'heartbeats and timeouts',
  history: 'history and state',
  determinism: 'determinism',
  signals: 'signals',
  observability: 'observability',
};

const rules: Readonly<Record<string, ReviewArea>> = {
  'require-heartbeat-timeout': 'heartbeats',
  'require-heartbeat': 'heartbeats',
  'require-activity-timeout': 'heartbeats',
  'activity-observes-cancellation': 'heartbeats',
  'require-continue-as-new': 'history',
  'continue-as-new-by-history': 'history',
  'no-lost-state': 'history',
  'no-continue-as-new-in-handler': 'history',
  'no-continue-as-new-in-try': 'history',
  'no-nonserializable-payload': 'history',
  'handlers-before-first-await': 'signals',
  'require-inbox-drain': 'signals',
  'require-all-handlers-finished': 'signals',
  'no-side-effects-in-query': 'signals',
  'no-async-update-validator': 'signals',
  'condition-predicate-pure': 'signals',
  'use-condition-result': 'signals',
};

/** The column of a rule of the linter. One that is not listed makes a replay differ, or a workflow fail where it should not. */
export function areaOfRule(rule: string): ReviewArea {
  return Object.hasOwn(rules, rule) ? (rules[rule] ?? 'determinism') : 'determinism';
}

/** The rules that are listed, for the test that holds them to those of the linter. */
export const placedRules = Object.keys(rules);
