export { codeHash } from './code-hash';
export { type AcceptedDrift, AcceptedDriftError, readAcceptedDrift, writeAcceptedDrift } from './accepted-drift';
export { assertReplays, ReplayFailedError } from './assert-replays';
export { formatGithubAnnotations, formatGithubSummary } from './format-github';
export { formatJunit } from './format-junit';
export { formatLcov } from './format-lcov';
export { bundleWorkflows, WorkflowBundleError } from './bundle-workflows';
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
export { codecServer, type CodecServerOptions } from './record/codec-server';
export { CodecError, PayloadDecoder } from './record/decode-payloads';
export { fetchChain, fetchRun, type FetchedRun } from './record/fetch-history';
export { type RecordedNamespace, recordNamespace, type RecordNamespaceOptions } from './record/record-namespace';
export { type RecordedRun, Recorder, type RecorderOptions } from './record/recorder';
export { type RedactedHistory, RedactionError, Redactor, type RedactHistoryOptions } from './record/redact-history';
export { type SourceWords, wordsOfBundle } from './record/source-words';
export { Tokens } from './record/tokens';
export { type Trace, Tracer, type TracerOptions } from './record/trace';
export { decodeLoaded, type DecodeLoadedOptions } from './record/decode-loaded';
export { pruneHistories, type PruneOptions, type RetiredHistory } from './record/prune';
