export type * from './inspection';
export {
  inspectHistories,
  inspectRuns,
  type InspectedRun,
  type InspectOptions,
  type MeasureReplay,
} from './inspect-histories';
export { inspectWorkflow, type InspectWorkflowOptions } from './inspect-workflow';
export type { PayloadReaderOptions } from './payload-reader';
