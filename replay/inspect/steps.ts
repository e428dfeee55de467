import { idOf } from '../events';
import type { HistoryEvent, Payload } from '../proto';
import { attributesOf } from './event-attributes';
import type { PayloadsLike } from './event-attributes';
import { atOf, failureText, iso, kindOf } from './event-facts';
import type { Step } from './inspection';
import type { PayloadReader } from './payload-reader';
import type { Work } from './work';

/** What went in and came out, step by step, decoded; the newest `most`. */
export async function stepsOf(
  events: readonly HistoryEvent[],
  work: readonly Work[],
  reader: PayloadReader,
  most: number,
): Promise<Step[]> {
  const worked = new Map(work.map((one) => [one.event, one]));
  const chosen = events.filter((event) => worked.has(event) || isMessage(event) || isBorder(event)).slice(-most);
  const steps: Step[] = [];
  for (const event of chosen) {
    const one = worked.get(event);
    const step = one ? await workStep(one, reader) : await messageStep(event, reader);
    if (step) steps.push(step);
  }
  return steps;
}

const isMessage = (event: HistoryEvent): boolean =>
  ['WorkflowExecutionSignaled', 'WorkflowExecutionUpdateAccepted', 'MarkerRecorded'].includes(kindOf(event));

const isBorder = (event: HistoryEvent): boolean =>
  /^WorkflowExecution(?:Started|Completed|Failed|ContinuedAsNew)$/.test(kindOf(event));

async function workStep(
  { what, name, event, attributes, attempts, status, end, lastFailure }: Work,
  reader: PayloadReader,
): Promise<Step | undefined> {
  if (what !== 'activity' && what !== 'child workflow' && what !== 'nexus operation') return undefined;
  const result = end && attributesOf(end).result;
  return {
    eventId: idOf(event),
    what,
    name,
    at: iso(atOf(event)),
    ms: end ? atOf(end) - atOf(event) : null,
    attempts,
    status,
    input: await reader.all(payloadsOf(attributes.input)),
    ...(result ? { output: await reader.one(payloadsOf(result)[0]) } : {}),
    ...(lastFailure === undefined ? {} : { failure: lastFailure }),
  };
}

async function messageStep(event: HistoryEvent, reader: PayloadReader): Promise<Step | undefined> {
  const kind = kindOf(event);
  const attributes = attributesOf(event);
  const common = { eventId: idOf(event), at: iso(atOf(event)), ms: null, attempts: 1 };
  if (kind === 'WorkflowExecutionSignaled') {
    const input = await reader.all(attributes.input?.payloads);
    return { ...common, what: 'signal', name: attributes.signalName ?? '', status: 'received', input };
  }
  if (kind === 'WorkflowExecutionUpdateAccepted') {
    const { name, args } = attributes.acceptedRequest?.input ?? {};
    return { ...common, what: 'update', name: name ?? '', status: 'accepted', input: await reader.all(args?.payloads) };
  }
  if (kind === 'MarkerRecorded') return localActivity(event, reader, common);
  const failure = failureText(attributes.failure);
  const status = kind.slice('WorkflowExecution'.length).toLowerCase();
  return {
    ...common,
    what: 'workflow',
    name: attributes.workflowType?.name ?? '',
    status,
    ...(attributes.input ? { input: await reader.all(attributes.input.payloads) } : {}),
    ...(attributes.result ? { output: await first(attributes.result, reader) } : {}),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** A local activity is a marker, with its type in the marker's own data and its result beside it. */
async function localActivity(
  event: HistoryEvent,
  reader: PayloadReader,
  common: Pick<Step, 'eventId' | 'at' | 'ms' | 'attempts'>,
): Promise<Step | undefined> {
  const { markerName, details, failure } = attributesOf(event);
  if (markerName !== 'core_local_activity') return undefined;
  const { data, result } = (details ?? {}) as Record<string, PayloadsLike>;
  const told = (await reader.json(data?.payloads?.[0])) as { activity_type?: string; attempt?: number } | undefined;
  const text = failureText(failure);
  return {
    ...common,
    what: 'local activity',
    name: told?.activity_type ?? '',
    attempts: told?.attempt ?? 1,
    status: text === undefined ? 'completed' : 'failed',
    ...(result ? { output: await first(result, reader) } : {}),
    ...(text === undefined ? {} : { failure: text }),
  };
}

/** A Nexus operation has one payload where all else has a list of them. */
const payloadsOf = (input: PayloadsLike | Payload): Payload[] =>
  input && 'payloads' in input ? (input.payloads ?? []) : input ? [input as Payload] : [];

const first = async (payloads: PayloadsLike, reader: PayloadReader): Promise<unknown> =>
  reader.one(payloads?.payloads?.[0]);
