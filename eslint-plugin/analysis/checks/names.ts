/** The rules beyond determinism, by the effect that each of them looks for: both have one name. */
export const checkNames = [
  'require-heartbeat-timeout',
  'require-heartbeat',
  'require-activity-timeout',
  'activity-observes-cancellation',
  'require-continue-as-new',
  'continue-as-new-by-history',
  'no-lost-state',
  'no-continue-as-new-in-handler',
  'no-continue-as-new-in-try',
  'handlers-before-first-await',
  'require-inbox-drain',
  'require-all-handlers-finished',
  'no-side-effects-in-query',
  'no-async-update-validator',
  'condition-predicate-pure',
  'use-condition-result',
  'no-plain-error',
  'no-swallowed-cancellation',
  'shield-cleanup',
  'no-floating-workflow-promise',
  'no-await-proxy',
  'no-nonserializable-payload',
] as const;

export type CheckName = (typeof checkNames)[number];
