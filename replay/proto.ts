/* eslint-disable @typescript-eslint/ban-ts-comment -- it goes into the declaration, where there may be nothing to expect */
import { createRequire } from 'node:module';
export type { History } from '@temporalio/common/lib/proto-utils';
import type { History } from '@temporalio/common/lib/proto-utils';
/** @ts-ignore -- for the compiler of who has it beside the worker package alone; nothing that is exported to users is of its types */
import type * as Proto from '@temporalio/proto';
import type { ProtoEnum, ProtoType } from './json/proto-json';

export type HistoryEvent = Proto.temporal.api.history.v1.IHistoryEvent;
export type Command = Proto.coresdk.workflow_commands.IWorkflowCommand;
export type Payload = Proto.temporal.api.common.v1.IPayload;

// `@temporalio/proto` is a dependency of the worker package, so under pnpm only the worker can see it. Its own types are
// used rather than protobufjs: npm installs two copies of that, and the SDK's `historyFromJSON`, which mixes them, throws
// "type must be a Type".
const requireFromWorker = createRequire(require.resolve('@temporalio/worker'));
const proto = requireFromWorker('@temporalio/proto') as typeof Proto & {
  lookupType: (name: string) => unknown;
  lookupEnum: (name: string) => unknown;
};

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

/** The same bytes for the same command. */
export function encodeCommand(command: Command): Uint8Array {
  return proto.coresdk.workflow_commands.WorkflowCommand.encode(command).finish();
}

export type Activation = Proto.coresdk.workflow_activation.IWorkflowActivation;
export type Completion = Proto.coresdk.workflow_completion.IWorkflowActivationCompletion;

export function encodeActivation(activation: Activation): Uint8Array {
  return proto.coresdk.workflow_activation.WorkflowActivation.encode(activation).finish();
}

export function decodeActivation(bytes: Uint8Array): Activation {
  return proto.coresdk.workflow_activation.WorkflowActivation.decode(bytes);
}

export function encodeCompletion(completion: Completion): Uint8Array {
  return proto.coresdk.workflow_completion.WorkflowActivationCompletion.encode(completion).finish();
}

/** Takes the plain object of a history as protobufjs spells it. */
export function historyFromObject(object: object): History {
  return historyType.fromObject(object);
}

export const historyEventType = proto.lookupType('temporal.api.history.v1.HistoryEvent') as ProtoType;
export const eventTypeEnum = proto.lookupEnum('temporal.api.enums.v1.EventType') as ProtoEnum;

const { Payload: payloadType, Payloads: payloadsType } = proto.temporal.api.common.v1;

const isOfPayload = isOf(payloadType);
const isOfPayloads = isOf(payloadsType);

export const isFailure = isOf(proto.temporal.api.failure.v1.Failure);
export const isPayload = (value: unknown): value is Payload => isOfPayload(value);
export const isPayloads = (value: unknown): value is { payloads: Payload[] } => isOfPayloads(value);

export function makePayload(fields: Payload): Payload {
  return payloadType.create(fields);
}

/** Types are classes up to SDK 1.22, and know their class from 1.23 on. */
function isOf(type: object): (value: unknown) => boolean {
  const constructor = ((type as { ctor?: unknown }).ctor ?? type) as new () => unknown;
  return (value) => value instanceof constructor;
}
