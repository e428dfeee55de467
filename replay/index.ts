export { assertReplays, ReplayFailedError } from './assert-replays';
export { WorkflowBundleError } from './bundle-workflows';
export { formatReport, type FormatReportOptions } from './format-report';
export * from './inspect';
export {
  fromHistory,
  HistoryPathError,
  loadHistories,
  type LoadedHistory,
  type LoadHistoriesOptions,
} from './load-histories';
export { type Manifest, type ManifestEntry, ManifestError, readManifest, writeManifest } from './manifest';
export { EmptyCorpusError, replayHistories, type ReplayHistoriesOptions } from './replay-histories';
export type { Coverage, Divergence, HistoryResult, ReplayReport, ReplayStatus, SourceLocation } from './report';
export { HistoryExistsError, saveHistory, type SaveHistoryOptions } from './save-history';
