import { createHash } from 'node:crypto';
import type { PayloadCodec } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';
import { jsonOf } from '../events';
import type { HistoryEvent, Payload } from '../proto';
import { makePayload } from '../proto';
import { encodingOf, type PayloadGroup, payloadsOf, plainEncodings } from './payloads-of';

/** As the SDK tells codecs whose payload it is, from 1.24 on. */
type Context =
  | { type: 'workflow'; namespace: string; workflowId: string }
  | { type: 'activity'; namespace: string; workflowId: string; activityId: string; isLocal: boolean };

/** A codec that could not decode. Its message is one sentence. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/**
 * Decodes histories with the codecs of their worker. It never encodes, and decodes what it has seen before no second time,
 * since a codec may cost a call to a key service.
 */
export class PayloadDecoder {
  private readonly known = new Map<string, Payload[]>();

  constructor(
    private readonly codecs: readonly PayloadCodec[],
    private readonly namespace = 'default',
  ) {}

  /**
   * Decodes all payloads of a history in place.
   *
   * @returns The encodings that none of the SDK's converters reads and no codec took away.
   * @throws CodecError if a codec fails.
   */
  async decode(history: History, workflowId: string): Promise<string[]> {
    const left = new Set<string>();
    const events = history.events ?? [];
    for (const event of events) {
      const context = this.contextOf(event, events, workflowId);
      for (const group of payloadsOf(event)) {
        if (this.codecs.length > 0) await this.decodeGroup(group, context, event);
        for (const payload of group.payloads) {
          const encoding = encodingOf(payload);
          if (!plainEncodings.has(encoding)) left.add(encoding);
        }
      }
    }
    return [...left];
  }

  private async decodeGroup(group: PayloadGroup, context: Context, event: HistoryEvent): Promise<void> {
    if (group.payloads.length === 0) return;
    const key = keyOf(group.payloads, context);
    let decoded = this.known.get(key);
    if (!decoded) {
      try {
        decoded = group.payloads;
        for (const codec of [...this.codecs].reverse()) {
          decoded = await codec.decode(decoded, context);
        }
        decoded = decoded.map((payload) => makePayload(payload));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new CodecError(`The codec failed at event ${String(event.eventId)}: ${why.split('\n')[0] ?? ''}`, {
          cause,
        });
      }
      this.known.set(key, decoded);
    }
    const copies = decoded.map((payload) => makePayload(payload));
    group.replace(copies);
    group.payloads.splice(0, group.payloads.length, ...copies);
  }

  private contextOf(event: HistoryEvent, events: readonly HistoryEvent[], workflowId: string): Context {
    const { namespace } = this;
    const own: Context = { type: 'workflow', namespace, workflowId };
    const activity =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes ??
      event.activityTaskStartedEventAttributes;
    const scheduled = activity ? events[Number(String(activity.scheduledEventId)) - 1] : event;
    const activityId = scheduled?.activityTaskScheduledEventAttributes?.activityId;
    if (activityId) return { type: 'activity', namespace, workflowId, activityId, isLocal: false };

    const { markerName, details } = event.markerRecordedEventAttributes ?? {};
    if (markerName === 'core_local_activity') {
      const { activity_id: id = '' } = (jsonOf(details?.data?.payloads?.[0]) ?? {}) as { activity_id?: string };
      return { type: 'activity', namespace, workflowId, activityId: id, isLocal: true };
    }
    const other =
      event.startChildWorkflowExecutionInitiatedEventAttributes ??
      event.childWorkflowExecutionCompletedEventAttributes?.workflowExecution ??
      event.childWorkflowExecutionFailedEventAttributes?.workflowExecution ??
      event.childWorkflowExecutionCanceledEventAttributes?.workflowExecution ??
      event.signalExternalWorkflowExecutionInitiatedEventAttributes?.workflowExecution;
    return other?.workflowId ? { type: 'workflow', namespace, workflowId: other.workflowId } : own;
  }
}

function keyOf(payloads: readonly Payload[], context: Context): string {
  const hash = createHash('sha256').update(JSON.stringify(context));
  for (const { metadata, data } of payloads) {
    for (const [name, value] of Object.entries(metadata ?? {})) hash.update(`${name}\0`).update(value).update('\0');
    hash.update(data ?? '').update('\n');
  }
  return hash.digest('base64');
}
