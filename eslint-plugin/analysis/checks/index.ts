import type { HazardSite } from '../call-graph.js';
import type { Unit } from '../summary.js';
import { noAwaitProxy } from './await-proxy.js';
import { continueAsNewByHistory } from './by-history.js';
import * as failures from './failures.js';
import * as heartbeats from './heartbeats.js';
import * as history from './history.js';
import { requireInboxDrain } from './inbox-drain.js';
import * as messages from './messages.js';
import type { CheckName } from './names.js';
import { noNonserializablePayload } from './payloads.js';
import { noLostState } from './state.js';
import type { World } from './world.js';

/** Finds in one unit what one rule reports. */
export type Check = (unit: Unit, world: World) => readonly HazardSite[];

/** What each rule beyond determinism looks for. */
export const checks: Readonly<Record<CheckName, Check>> = {
  'require-heartbeat-timeout': heartbeats.requireHeartbeatTimeout,
  'require-heartbeat': heartbeats.requireHeartbeat,
  'require-activity-timeout': heartbeats.requireActivityTimeout,
  'activity-observes-cancellation': heartbeats.activityObservesCancellation,
  'require-continue-as-new': history.requireContinueAsNew,
  'continue-as-new-by-history': continueAsNewByHistory,
  'no-lost-state': noLostState,
  'no-continue-as-new-in-handler': history.noContinueAsNewInHandler,
  'no-continue-as-new-in-try': history.noContinueAsNewInTry,
  'handlers-before-first-await': messages.handlersBeforeFirstAwait,
  'require-inbox-drain': requireInboxDrain,
  'require-all-handlers-finished': messages.requireAllHandlersFinished,
  'no-side-effects-in-query': messages.noSideEffectsInQuery,
  'no-async-update-validator': messages.noAsyncUpdateValidator,
  'condition-predicate-pure': messages.conditionPredicatePure,
  'use-condition-result': messages.useConditionResult,
  'no-plain-error': failures.noPlainError,
  'no-swallowed-cancellation': failures.noSwallowedCancellation,
  'shield-cleanup': failures.shieldCleanup,
  'no-floating-workflow-promise': failures.noFloatingWorkflowPromise,
  'no-await-proxy': noAwaitProxy,
  'no-nonserializable-payload': noNonserializablePayload,
};
