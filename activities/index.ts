export { longActivity } from './long-activity';
export type { LongActivityJob, LongActivityOptions } from './long-activity';
export type { Checkpoint, CheckpointOptions } from './checkpoint';
export type { Enforce } from './enforcement';
export { isLonghaulFailure } from '../workflows/failure';
export type { LonghaulFailureType } from '../workflows/failure';
export { childOutcomes } from './child-outcomes';
