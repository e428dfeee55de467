import { createRequire } from 'node:module';
import type { History } from '@temporalio/common/lib/proto-utils';
import type * as Proto from '@temporalio/proto';

export type HistoryEvent = Proto.temporal.api.history.v1.IHistoryEvent;
export type Command = Proto.coresdk.workflow_commands.IWorkflowCommand;
export type Payload = Proto.temporal.api.common.v1.IPayload;

interface ProtoJson {
  fromJson: (type: unknown, json: unknown, options: { ignoreUnknownFields: boolean }) => History | null;
}

// Two indirections, both needed on real installs. `@temporalio/proto` is a dependency of the worker package, so under
// pnpm only the worker can see it. And npm gives it a protobufjs of its own, apart from the hoisted one: the SDK's
// `historyFromJSON` mixes the two copies and throws "type must be a Type".
const requireFromWorker = createRequire(require.resolve('@temporalio/worker'));
const requireFromProto = createRequire(requireFromWorker.resolve('@temporalio/proto'));
const proto = requireFromWorker('@temporalio/proto') as typeof Proto & { lookupType: (name: string) => unknown };

export const { EventType } = proto.temporal.api.enums.v1;

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
const eventProto = proto.temporal.api.history.v1.HistoryEvent;

/** `NON_DETERMINISTIC_ERROR` for its number. */
export function workflowTaskFailedCause(cause: number): string {
  const name = (WorkflowTaskFailedCause as Partial<Record<number, string>>)[cause];
  return name?.replace('WORKFLOW_TASK_FAILED_CAUSE_', '') ?? `cause ${cause}`;
}

/** The size of an event as the server sends it. */
export function eventBytes(event: HistoryEvent): number {
  return eventProto.encode(event).finish().length;
}

const historyType = proto.temporal.api.history.v1.History;

export function decodeHistory(bytes: Uint8Array): History {
  return historyType.decode(bytes);
}

export function encodeHistory(history: History): Uint8Array {
  return historyType.encode(historyType.fromObject(history)).finish();
}

/** Reads protobuf's own JSON form, in which enum values are spelled as protobuf spells them. */
export function historyFromProtoJson(json: unknown): History {
  const { fromJson } = requireFromProto('protobufjs/ext/protojson') as ProtoJson;
  const history = fromJson(proto.lookupType('temporal.api.history.v1.History'), json, { ignoreUnknownFields: true });
  if (history === null) throw new TypeError('it holds null');
  return history;
}
