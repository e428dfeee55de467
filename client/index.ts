export { mintCallbackToken, readCallbackToken } from './callback-token';
export type { CallbackKey, CallbackKeys, CallbackTarget, TokenRefusal } from './callback-token';
export { acceptCallback, receiveCallback } from './receive-callback';
export type { AcceptCallbackOptions, CallbackReceipt, ReceiveCallbackOptions } from './receive-callback';
export { submit, SubmitTimeoutError } from './submit';
export type { SubmitOptions, SubmitTarget } from './submit';
export { isLonghaulFailure } from '../workflows/failure';
export type { LonghaulFailureType } from '../workflows/failure';
export { serveWatchMetrics, type WatchMetrics } from './watch/metrics-server';
export { prometheusText } from './watch/prometheus';
export type {
  Finding,
  TaskFailureCause,
  Verdict,
  WatchCase,
  WatchCost,
  WatchCoverage,
  WatchEvent,
  WatchGroup,
  WatchReport,
} from './watch/report';
export type { WatchedType, WatchLimits } from './watch/settings';
export { fileStore, memoryStore, type WatchState, type WatchStore } from './watch/state';
export { Watch, type WatchOptions } from './watch/watch';
export { OperatedWorkflow, OperateError, type OperateOptions } from './operate';
