import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { type AcceptedDrift, isAccepted } from './accepted-drift';
import type { EngineResult } from './engine/replay-engine';
import type { LoadedHistory } from './load-histories';
import type { DriftEntry, HistoryResult, ReplayStatus } from './report';

export interface ResultOptions {
  drift: 'warn' | 'error' | 'off';
  acceptedDrift: readonly AcceptedDrift[];
  /** The history was recorded with the code that now replays it. */
  sameCode: boolean;
}

export function toResult(
  history: LoadedHistory,
  outcome: EngineResult | undefined,
  options: ResultOptions,
): HistoryResult {
  const { file, workflowType, workflowId, runId, events, spanMs, problem, notes } = history;
  const verdict = outcome?.verdict ?? problem ?? { status: 'skipped', message: 'It was not loaded.' };
  const sound = verdict.status === 'pass' || verdict.status === 'drift';
  const drift = outcome && sound ? driftOf(history, outcome, options) : [];
  const status: ReplayStatus = !sound ? verdict.status : drift.some(({ accepted }) => !accepted) ? 'drift' : 'pass';
  const unhandled = sound ? counted(outcome?.seen?.unhandled ?? []) : undefined;
  return {
    file,
    workflowType,
    workflowId,
    runId,
    events,
    spanMs,
    ...verdict,
    status,
    drift,
    ...(unhandled && { unhandledSignals: unhandled }),
    ...(notes && { notes }),
  };
}

function counted(names: readonly string[]): Record<string, number> | undefined {
  if (names.length === 0) return undefined;
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

/** Where a redacted history has tokens, what the code makes of one need not be one; older recordings don't say where. */
const ofValues = /^(?:args|input|result|memo|searchAttributes|failure)\b/;

function driftOf(
  { workflowType, redacted, derived }: LoadedHistory,
  { drift, moved }: EngineResult,
  { drift: mode, acceptedDrift, sameCode }: ResultOptions,
): DriftEntry[] {
  const told = redacted && !derived ? drift.filter(({ path }) => !ofValues.test(path)) : drift;
  const fromHistory = told.map((entry): DriftEntry => {
    if (sameCode) return { ...entry, ofItself: true };
    return isAccepted(workflowType, entry, acceptedDrift) ? { ...entry, accepted: true } : entry;
  });
  const fromItself = moved.map((entry): DriftEntry => ({ eventId: 0, ...entry, ofItself: true }));
  return [...(mode === 'off' ? [] : fromHistory), ...fromItself];
}

/** What a worker with this bundle calls itself, unless it is given another build id. */
export function buildIdOf(bundleCode: string): string {
  const requireFromWorker = createRequire(require.resolve('@temporalio/worker'));
  const { version } = requireFromWorker('@temporalio/worker/package.json') as { version: string };
  return `@temporalio/worker@${version}+${createHash('sha256').update(bundleCode).digest('hex')}`;
}
