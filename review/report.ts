import type { ReviewArea } from '../config';

export type { ReviewArea } from '../config';

/** Whether a workflow may go live. What is not known is no go. */
export type ReviewVerdict = 'go' | 'no-go' | 'unknown';

/** What a verdict rests on. */
export interface Evidence {
  from: 'lint' | 'history' | 'replay' | 'drill' | 'catalog';
  /** A source file, a history, a drill record or the configuration. */
  file: string;
  line?: number;
  /** Of `lint`. */
  rule?: string;
  /** Of `history` and `replay`. */
  eventId?: number;
  /** When it was recorded, drilled or saved; ISO 8601. */
  at?: string;
  /** One sentence. */
  message: string;
}

/** One question of a cell, answered. */
export interface ReviewCheck {
  /** Its name, by which a waiver may name it: `heartbeat`, `replay`, `owner`. */
  check: string;
  /** The activity that it is about. */
  activity?: string;
  /** `not-needed` says why in its message, and counts as go. */
  verdict: ReviewVerdict | 'not-needed';
  /** One sentence. */
  message: string;
  evidence: Evidence[];
  /** What to do, where it is no go. */
  fix?: string;
  /** What gathers the evidence, where that is missing. */
  command?: string;
  /** By whom it is accepted, and until when. */
  waived?: WaiverShown;
}

/** A waiver as a review shows it. */
export interface WaiverShown {
  reason: string;
  owner: string;
  /** Its last day. */
  until: string;
}

/** One area of one workflow type. */
export interface ReviewCell {
  area: ReviewArea;
  verdict: ReviewVerdict;
  /** Whether it is go by a waiver alone. */
  waived: boolean;
  checks: ReviewCheck[];
  /** Waivers whose last day is over: they hold no longer. */
  expiredWaivers: WaiverShown[];
}

export interface ReviewRow {
  workflowType: string;
  verdict: ReviewVerdict;
  cells: ReviewCell[];
}

/** What was looked at. */
export interface ReviewSource {
  source: 'lint' | 'histories' | 'drills' | 'catalog' | 'production';
  /** Whether there was something. */
  gathered: boolean;
  /** One sentence. */
  message: string;
  /** What gathers it, or more of it. */
  command?: string;
}

/** The outcome of a review, in the form that `longhaul review --json` prints. It only ever gains fields. */
export interface ReviewReport {
  schema: 'longhaul.review/1';
  /** Whether all is go. */
  ok: boolean;
  verdict: ReviewVerdict;
  /** ISO 8601. */
  at: string;
  workflows: ReviewRow[];
  sources: ReviewSource[];
}
