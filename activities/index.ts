export { longActivity } from './long-activity';
export type { LongActivityJob, LongActivityOptions } from './long-activity';
export type { Checkpoint, CheckpointOptions } from './checkpoint';
export { registeredSearchAttributes } from './registered-search-attributes';
export type { Enforce } from './enforcement';
export { isLonghaulFailure } from '../workflows/failure';
export type { LonghaulFailureType } from '../workflows/failure';
