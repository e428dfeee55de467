export { gather, knownTypes, NothingToReviewError, review, type ReviewOptions } from './review';
export { judge } from './judge';
export { areaOfRule, areaTitles } from './areas';
export type { Gathered } from './gathered';
export type { DrillEvidence } from './gather-drills';
export type { HistoryEvidence, SavedRun } from './gather-histories';
export type { AttributedFinding } from './attribute-findings';
export type { LintEvidence, LintFinding } from './gather-lint';
export type {
  Evidence,
  ReviewArea,
  ReviewCell,
  ReviewCheck,
  ReviewReport,
  ReviewRow,
  ReviewSource,
  ReviewVerdict,
  WaiverShown,
} from './report';
export type { SourceWorkflow } from './workflow-types';
