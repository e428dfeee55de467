import type { LonghaulStatus } from '../workflows/status';

type DeadLetters = LonghaulStatus['deadLetters'];

/** What `longhaul run --json` prints. It only ever gains fields. */
export interface RunResult {
  schema: 'longhaul.run/1';
  /** Whether all that was asked for was done. */
  ok: boolean;
  workflowId: string;
  command: 'status' | 'pause' | 'resume' | 'dead-letters list' | 'dead-letters redrive' | 'dead-letters drop';
  /** Of `status`, `pause` and `resume`. */
  status?: LonghaulStatus;
  /** Of `status`: how the workflow ended, such as `completed`; null while it is open. */
  ended?: string | null;
  /** Of `dead-letters list`. */
  deadLetters?: DeadLetters;
  /** Of `redrive` and `drop`: the letters that were, and those that are still there with the reason. */
  result?: { done: string[]; kept: { letter: string; why: string }[] };
}
