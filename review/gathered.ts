import type { CatalogEntry } from '../config';
import type { DrillEvidence } from './gather-drills';
import type { HistoryEvidence, SavedRun } from './gather-histories';
import type { LintEvidence } from './gather-lint';
import type { SourceWorkflow } from './workflow-types';

/** All that a review rests on. */
export interface Gathered {
  lint: LintEvidence;
  histories: HistoryEvidence;
  drills: readonly DrillEvidence[];
  /** The catalog; undefined where there is no configuration. */
  catalog: Readonly<Record<string, CatalogEntry>> | undefined;
  /** The configuration, as it is shown. */
  configFile: string;
  /** Workflow functions in the source. */
  workflows: readonly SourceWorkflow[];
  /** Functions that the bundle of the workflow file exports, as far as a replay told, without those that the text knows for none. */
  exported?: readonly string[];
}

/** What is known of one workflow type. */
export interface OfType extends Gathered {
  type: string;
  runs: readonly SavedRun[];
  entry: CatalogEntry | undefined;
  now: number;
}

/** The command that saves a history of a type. */
export const recordCommand = (type: string): string => `npx longhaul record --query "WorkflowType = '${type}'"`;
