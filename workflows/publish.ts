import { log } from '@temporalio/workflow';
import type { Part, PartHost } from './part';
import { workflowNow } from './workflow-now';

/** What `run.publish` needs of a stream; `WorkflowStream` of `@temporalio/workflow-streams/workflow` has it. */
export interface EventStream {
  topic(name: string): { publish(event: unknown): void };
  getState(): unknown;
  detachPollers(): void;
}

export interface PublishOptions {
  /**
   * The class `WorkflowStream` of `@temporalio/workflow-streams/workflow`, so that clients and activities can subscribe, and publish
   * too. longhaul does not depend on that package: who wants it installs it and hands it in.
   * @default none: the newest events stand in `longhaul.status`
   */
  stream?: new (carried?: never) => EventStream;

  /**
   * How many events are kept, from 1 to 10,000; they travel with each rollover. A stream is cut to it at rollovers, the list in
   * the status at once. @default 100, and 1,000 with a stream
   */
  keep?: number;
}

/** Events as the status shows them. */
export interface Published {
  /** The offset of the oldest event that is kept; it counts over all runs. */
  from: number;
  /** The offset that the next event gets. */
  next: number;
  /** The newest events, oldest first. Absent where they go to a stream. */
  events?: readonly PublishedEvent[];
}

export interface PublishedEvent {
  offset: number;
  topic: string;
  /** When it was published, in milliseconds since the epoch. */
  at: number;
  event: unknown;
}

/** What travels: one of the two. */
interface CarriedEvents {
  list?: { from: number; events: PublishedEvent[] };
  stream?: StreamState;
}

/** Of the state that a WorkflowStream hands on, what longhaul reads. */
interface StreamState {
  log: unknown[];
  base_offset: number;
}

export const mostEventsKept = 10_000;

export function publishPart({ declared }: PartHost, carried: unknown): Part {
  const { stream, keep } = declared.options.publish ?? {};
  const before = (carried ?? {}) as CarriedEvents;
  return stream ? toStream(stream, keep ?? 1_000, before) : toList(keep ?? 100, before);
}

function toStream(Stream: NonNullable<PublishOptions['stream']>, keep: number, { stream, list }: CarriedEvents): Part {
  // Offsets go on from those of the list, where the code before this had no stream.
  const begun = list && { log: [], base_offset: list.from, publisher_sequences: {}, publisher_last_seen: {} };
  const events = new Stream((stream ?? begun) as never);
  for (const { topic, event } of stream ? [] : (list?.events ?? [])) events.topic(topic).publish(event);
  const stateOf = () => events.getState() as StreamState;
  return {
    carry: (): CarriedEvents => {
      const state = stateOf();
      const cut = Math.max(0, state.log.length - keep);
      return { stream: { ...state, log: state.log.slice(cut), base_offset: state.base_offset + cut } };
    },
    status: () => {
      const { base_offset: from, log: kept } = stateOf();
      return { published: { from, next: from + kept.length } };
    },
    // A subscriber's poll is an update that waits: no run would ever be left with one open. Where a cancellation withdraws the rollover
    // polls stay turned away: the package's own would fail in a cancelled workflow, and these try again until it ends.
    leaving: () => {
      events.detachPollers();
    },
    run: {
      publish: (event: unknown, topic = 'events') => {
        events.topic(topic).publish(event);
      },
    },
  };
}

function toList(keep: number, { list, stream }: CarriedEvents): Part {
  let events = [...(list?.events ?? [])];
  let next = list ? list.from + list.events.length : stream ? stream.base_offset + stream.log.length : 0;
  if (stream) log.warn('longhaul: the code no longer declares a stream; what was in it is no longer shown', { next });
  const from = () => next - events.length;
  return {
    carry: (): CarriedEvents | undefined => (next === 0 ? undefined : { list: { from: from(), events } }),
    status: () => (next === 0 ? {} : { published: { from: from(), next, events } }),
    run: {
      publish: (event: unknown, topic = 'events') => {
        // A copy, as it is now: the body may go on changing what it told of.
        events.push({ offset: next, topic, at: workflowNow(), event: JSON.parse(JSON.stringify(event ?? null)) });
        events = events.slice(-keep);
        next += 1;
      },
    },
  };
}
