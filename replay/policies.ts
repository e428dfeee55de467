import type { LoadedHistory } from './load-histories';
import type { Coverage, HistoryResult, PolicyFinding } from './report';

const day = 86_400_000;

/** What a corpus must have, so that a pass means something. */
export interface PolicyOptions {
  /** Whether what is not met fails the check. Otherwise it is a warning. @default false */
  strict?: boolean;
  /** Workflow types that run for long: of each there must be a history that spans `minSpanMs`. @default none */
  longRunning?: readonly string[];
  /** Milliseconds between first and last event, over one run. @default 24 hours */
  minSpanMs?: number;
  /** Milliseconds since the newest history of a type was recorded. @default 180 days */
  maxAgeMs?: number;
}

export interface Replayed {
  history: LoadedHistory;
  result: HistoryResult;
}

/** The code that replays: what its worker would call itself, and the hash of its bundle. */
export interface ReplayedCode {
  buildId: string;
  code: string;
}

export function findingsOf(
  replayed: readonly Replayed[],
  coverage: Coverage,
  here: ReplayedCode,
  now: number,
  options: PolicyOptions = {},
): PolicyFinding[] {
  const { strict = false, longRunning = [], minSpanMs = day, maxAgeMs = 180 * day } = options;
  const level = strict ? 'error' : 'warning';
  const sound = replayed.filter(({ history }) => history.encoded);
  const findings: PolicyFinding[] = [];
  const find = (policy: PolicyFinding['policy'], message: string) => void findings.push({ policy, level, message });

  for (const type of coverage.workflowTypes.missing) {
    find('coverage', `No history covers workflow type ${type}: record one, or nothing is known of it.`);
  }
  for (const type of longRunning) {
    const spans = sound.filter(({ history }) => history.workflowType === type).map(({ history }) => history.spanMs);
    const longest = Math.max(0, ...spans);
    if (longest >= minSpanMs) continue;
    find(
      'span',
      `Workflow type ${type} runs for long, and its longest history spans ${hours(longest)} of the ${hours(minSpanMs)} wanted.`,
    );
  }
  for (const [type, histories] of byType(sound)) {
    const recorded = histories.flatMap(({ history }) => Date.parse(history.recordedAt ?? '') || []);
    const newest = Math.max(...recorded);
    if (recorded.length === histories.length && now - newest > maxAgeMs) {
      const days = Math.floor((now - newest) / day);
      find(
        'age',
        `The newest history of ${type} was recorded ${days} days ago, more than ${Math.floor(maxAgeMs / day)}.`,
      );
    }
    if (histories.every(({ history }) => history.codeVersion !== '' && history.codeVersion === here.buildId)) {
      find('same-code', `Each history of ${type} was recorded with this very code: that it replays proves nothing.`);
    } else if (histories.every(({ history }) => history.code === here.code)) {
      // Right after a recording that is as it must be.
      const message = `Each history of ${type} was replayed with this very code when it was recorded: until the code changes, that it replays proves nothing.`;
      findings.push({ policy: 'same-code', level: 'warning', message });
    }
  }
  for (const { history } of withoutRunBefore(sound)) {
    const message = `${history.file} goes on from run ${history.continuedFrom ?? ''}, which is not among the histories though others of workflow ${history.workflowId} are: what a chain hands on is seen only where it is whole.`;
    // Not an error: the run may be past its retention.
    findings.push({ policy: 'chain', level: 'warning', message });
  }
  return findings;
}

/** Runs of chains that are not whole: of a workflow with several histories, those whose predecessor is missing. */
function withoutRunBefore(replayed: readonly Replayed[]): Replayed[] {
  const runs = new Set(replayed.map(({ history }) => history.runId));
  const counts = new Map<string, number>();
  for (const { history } of replayed) counts.set(history.workflowId, (counts.get(history.workflowId) ?? 0) + 1);
  return replayed.filter(
    ({ history: { workflowId, continuedFrom } }) =>
      continuedFrom !== undefined && (counts.get(workflowId) ?? 0) > 1 && !runs.has(continuedFrom),
  );
}

function byType(replayed: readonly Replayed[]): Map<string, Replayed[]> {
  const types = new Map<string, Replayed[]>();
  for (const one of replayed) {
    const { workflowType } = one.history;
    types.set(workflowType, [...(types.get(workflowType) ?? []), one]);
  }
  return types;
}

function hours(ms: number): string {
  return ms >= 2 * day ? `${(ms / day).toFixed(1)} days` : `${Math.round(ms / 360_000) / 10} h`;
}
