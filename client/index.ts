export { submit, SubmitTimeoutError } from './submit';
export type { SubmitOptions, SubmitTarget } from './submit';
export { isLonghaulFailure } from '../workflows/failure';
export type { LonghaulFailureType } from '../workflows/failure';
