export { bundleOnce, type Bundling } from './bundle';
export { cacheFolder } from './cache-folder';
export { crashPoint } from './crash-point';
export { crashWorker, type Crash, type CrashMoment, type CrashOptions } from './crash-worker';
export type { DrilledWorker } from './drill/crew';
export { drill, type DrillOptions } from './drill/drill';
export { DrillError } from './drill/drill-error';
export { drillFolder, readDrillRecords, writeDrillRecord } from './drill/drill-record';
export type { DrilledTimeouts, DrillFinding, DrillHow, DrillReport, DrillRule, DrillTry } from './drill/drill-report';
export type { Duration } from './duration';
export {
  BacklogError,
  CrashError,
  HistoryBudgetError,
  LeftOpenError,
  MissingPackageError,
  ReplayAfterwardsError,
  ScheduleError,
  ServerUnavailableError,
  WorkerProcessError,
} from './errors';
export { historyBudget, type HistoryBudgetOptions, type PerItemBudget } from './history-budget';
export type { HistoryGrowth } from './history-growth';
export type { Hook, Hooks } from './hooks';
export { locateServer, type LocatedServer, type LocateServerOptions } from './locate-server';
export {
  mockActivityEnvironment,
  type BeatAnswer,
  type MockActivity,
  type MockActivityOptions,
} from './mock-activity-environment';
export { planSchedule, type ScheduleCounts, type ScheduleStep } from './plan-schedule';
export type { Log } from './progress';
export { replayAfterEach, type ReplayAfterEach, type ReplayAfterEachOptions } from './replay-after-each';
export { replayAfterwards } from './replay-afterwards';
export { runSchedule, type ScheduledItem, type ScheduleOptions, type ScheduleRun } from './run-schedule';
export { runScenario, type PlayedScenario, type RunScenarioOptions } from './run-scenario';
export { checkScenarios, defineScenario, RecordingError, type Scenario, type ScenarioStep } from './scenario';
export type { SearchAttributeType, SearchAttributeTypes } from './search-attributes';
export { startServer, type Server, type StartServerOptions, type TimeSkippingServer } from './start-server';
export { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './start-worker-process';
export { TestServer, type TestRunOptions, type TestServerOptions, type TestStartOptions } from './test-server';
export type { TimeControl } from './time-control';
export { useServer, type UsedServer, type UseServerOptions } from './use-server';
export { workflowRuns, type WorkflowRun } from './workflow-runs';
