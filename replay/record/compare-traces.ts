import { jsonOf } from '../events';
import { type Command, isPayload } from '../proto';
import type { Trace } from './trace';

/**
 * The first difference between what code did with a history and what it did with the redacted one; undefined where there is
 * none. Texts and numbers in payloads may differ; everything else must be the same.
 */
export function firstDifference(before: Trace, after: Trace): string | undefined {
  if (stripped(before.verdict) !== stripped(after.verdict)) return `its verdict became: ${essence(after.verdict)}`;
  const [mine, theirs] = [before, after].map(({ tasks }) => tasks.flatMap(({ commands }) => commands.map(shapeOf)));
  for (let index = 0; index < Math.max(mine?.length ?? 0, theirs?.length ?? 0); index += 1) {
    const [was, is] = [mine?.[index], theirs?.[index]];
    if (was !== is)
      return `command ${index + 1} was ${(was ?? 'none').slice(0, 120)} and became ${(is ?? 'none').slice(0, 120)}`;
  }
  return undefined;
}

/** Ids and texts in messages of the core differ by what was replaced; event ids and kinds do not. */
function stripped(verdict: string): string {
  if (verdict === 'pass') return verdict;
  const events = [...verdict.matchAll(/HistoryEvent\(id: (\d+), (\w+)\)/g)].map(
    ([, id, kind]) => `${id ?? ''} ${kind ?? ''}`,
  );
  return `${/nondeterminism/i.test(verdict) ? 'nondeterminism' : 'failed'} ${events.join()}`;
}

function essence(verdict: string): string {
  const core = /\[TMPRL1100\] Nondeterminism error: ([^"\n]+)/.exec(verdict)?.[1];
  const failure = /message: "([^"\n]+)"/.exec(verdict)?.[1];
  return (core ?? failure ?? verdict).slice(0, 200);
}

/** What of a command must not change. */
function shapeOf(command: Command): string {
  const [kind = '', body = {}] =
    Object.entries(command).find(([field, value]) => field !== 'userMetadata' && value) ?? [];
  return `${kind} ${JSON.stringify(shape(body, ''))}`;
}

const free = new Set([
  'workflowId',
  'activityId',
  'message',
  'stackTrace',
  'identity',
  'protocolInstanceId',
  'namespace',
  'runId',
  'fairnessKey',
]);

function shape(value: unknown, field: string): unknown {
  if (typeof value === 'string') return free.has(field) ? 'text' : value;
  if (typeof value !== 'object' || value === null) return value;
  if (isPayload(value) || ('metadata' in value && 'data' in value)) return valueShape(jsonOf(value as never));
  if (ArrayBuffer.isView(value)) return 'bytes';
  if (Array.isArray(value)) return value.map((item) => shape(item, field));
  if (field === 'nexusHeader') return Object.keys(value).length;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      isMap(field) ? [[`${Object.keys(value).indexOf(name)}`, shape(inner, name)]] : [[name, shape(inner, name)]],
    ),
  );
}

/** Keys of headers and memos may have been replaced. */
const isMap = (field: string): boolean => field === 'headers' || field === 'memo' || field === 'fields';

function valueShape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueShape);
  if (typeof value === 'object' && value !== null) return Object.values(value).map(valueShape);
  return typeof value === 'boolean' || value === null ? value : typeof value;
}
