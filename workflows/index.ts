export { longRunning } from './long-running';
export type { LongRunningOptions } from './declare';
export type { Run, StartChildOptions } from './run';
export { inbox } from './inbox';
export type {
  AcceptedOptions,
  DoneOptions,
  Inbox,
  InboxDeclaration,
  InboxDeclarations,
  InboxesOf,
  InboxOptions,
} from './inbox';
export type { ForEachOptions } from './for-each';
export type { RetryOptions } from './retries';
export type { Pages, Source } from './sources';
export type { BacklogOptions } from './backlog';
export type { DeadLetterResult, DeadLetterSelection } from './dead-letter-commands';
export type { RollOverLimits, RollOverOptions } from './limits';
export type { StateOptions } from './state';
export type { DeadLetter, Envelope, RollOverCause, UndeclaredSignal } from './envelope';
export {
  dropDeadLetters,
  pauseSignal,
  redriveDeadLetters,
  resumeSignal,
  rollOverSignal,
  statusQuery,
} from './built-in';
export type { InboxStatus, LonghaulStatus } from './status';
export type { Adopted, Replaces } from './replaces';
export { unwrap } from './unwrap';
export type { Unwrapped } from './unwrap';
export { createInbox } from './create-inbox';
export type { CarriedPlainInbox, CreateInboxOptions, PlainInbox } from './create-inbox';
export { historyBudget } from './history-budget';
export type { HistoryBudget } from './history-budget';
export { rollOver } from './plain-roll-over';
export type { PlainRollOverOptions } from './plain-roll-over';
export type { OntoNewVersion, Versioning } from './versioning';
export type { JsonSafe } from './json-state';
export type { CarriedSize, PartSize } from './carried-size';
export { waitFor } from './wait-for';
export type { WaitForOptions } from './wait-for';
export { workflowNow } from './workflow-now';
export { random } from './random';
export type { Duration } from './duration';
export { isLonghaulFailure } from './failure';
export type { LonghaulFailureType } from './failure';
export { firstOf } from './first-of';
export type { Branches, FirstOf } from './first-of';
export { shielded } from './shielded';
export { cleanUp } from './clean-up';
export type { CutOff } from './clean-up';
export { withTimeout } from './with-timeout';
export type { WithTimeoutOptions } from './with-timeout';
export type { MovableDeadline, TimeLimit } from './time-limit';
export type { RunDeadline } from './deadline';
export { step } from './step';
export type { StepActivity, StepCache, StepOptions, StepResult, StepRetry, StepReturn } from './step';
export type { StepSums } from './steps';
export type { EventStream, PublishOptions, Published, PublishedEvent } from './publish';
export type { ProgressOptions, WantedAttribute } from './progress';
export type { Wait } from './waits';
export { activityOutcome } from './activity-outcome';
export type { ActivityOutcome } from './activity-outcome';
