export { type AcceptedDrift, AcceptedDriftError, readAcceptedDrift, writeAcceptedDrift } from './accepted-drift';
export { assertReplays, ReplayFailedError } from './assert-replays';
export { WorkflowBundleError } from './bundle-workflows';
export { formatGithubAnnotations, formatGithubSummary } from './format-github';
export { formatJunit } from './format-junit';
export { formatLcov } from './format-lcov';
export { formatReport, type FormatReportOptions } from './format-report';
export * from './inspect';
export { fetchLiveHistories, type FetchLiveHistoriesOptions } from './live/fetch-live-histories';
export {
  fromHistory,
  HistoryPathError,
  loadHistories,
  type LoadedHistory,
  type LoadHistoriesOptions,
} from './load-histories';
export { type Manifest, type ManifestEntry, ManifestError, readManifest, writeManifest } from './manifest';
export { EmptyCorpusError, replayHistories, type ReplayHistoriesOptions } from './replay-histories';
export type { PolicyOptions } from './policies';
export type {
  Coverage,
  Covered,
  Divergence,
  DriftEntry,
  FailureGroup,
  FileCoverage,
  HistoryResult,
  PatchCoverage,
  PolicyFinding,
  ReplayReport,
  ReplayStatus,
  SourceLocation,
} from './report';
export { HistoryExistsError, saveHistory, type SaveHistoryOptions } from './save-history';
