import { idOf } from '../events';
import type { HistoryEvent } from '../proto';
import { attributesOf } from './event-attributes';
import { kindOf, payloadsIn } from './event-facts';
import type { MessageCount, PerItem } from './inspection';
import type { Work } from './work';

/** Signals and updates by name, most of them first. */
export function messagesOf(events: readonly HistoryEvent[]): MessageCount[] {
  const seenUpTo = idOf(events.findLast((event) => kindOf(event) === 'WorkflowTaskStarted') ?? {});
  const counts = new Map<string, MessageCount>();
  for (const event of events) {
    const message = messageIn(event);
    if (!message) continue;
    const key = `${message.kind} ${message.name}`;
    const count = counts.get(key) ?? { ...message, received: 0, bytes: 0, notSeen: 0 };
    count.received += 1;
    count.bytes += payloadsIn(event).reduce((sum, { bytes }) => sum + bytes, 0);
    if (idOf(event) > seenUpTo && message.kind === 'signal') count.notSeen += 1;
    counts.set(key, count);
  }
  return [...counts.values()].sort((a, b) => b.received - a.received);
}

function messageIn(event: HistoryEvent): Pick<MessageCount, 'kind' | 'name'> | undefined {
  const kind = kindOf(event);
  const { signalName, acceptedRequest } = attributesOf(event);
  if (kind === 'WorkflowExecutionSignaled') return { kind: 'signal', name: signalName ?? '' };
  if (kind === 'WorkflowExecutionUpdateAccepted') return { kind: 'update', name: acceptedRequest?.input?.name ?? '' };
  return undefined;
}

/**
 * What an item adds. An item is what most of the history is about: the most frequent message, else the most frequent child, else
 * the most frequent activity; two of it at least.
 */
export function perItemOf(
  messages: readonly MessageCount[],
  work: readonly Work[],
  total: { events: number; bytes: number },
): PerItem | null {
  const [message] = messages.filter(({ name }) => !name.startsWith('longhaul.'));
  const most = (what: Work['what']) => mostFrequent(work.filter((one) => one.what === what).map(({ name }) => name));
  const candidates = [
    message && { unit: `${message.kind} ${message.name}`, items: message.received },
    unitOf('child workflow', most('child workflow')),
    unitOf('activity', most('activity')),
  ];
  const chosen = candidates.find((candidate) => (candidate?.items ?? 0) > 1);
  return chosen ? { ...chosen, events: total.events / chosen.items, bytes: total.bytes / chosen.items } : null;
}

const unitOf = (what: string, most: { name: string; items: number } | undefined) =>
  most && { unit: `${what} ${most.name}`, items: most.items };

function mostFrequent(names: readonly string[]): { name: string; items: number } | undefined {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first && { name: first[0], items: first[1] };
}
