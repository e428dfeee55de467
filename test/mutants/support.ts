import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import * as flows from './workflows';

export type Handle = WorkflowHandleWithFirstExecutionRunId;

/** Signals that arrive before the first workflow task make what happens in it the same each time. */
export const early = (handle: Handle, ...ids: string[]) =>
  send(
    handle,
    ids.map((id) => ({ id })),
  );

export async function send(handle: Handle, items: flows.Item[]): Promise<void> {
  for (const item of items) await handle.signal(flows.add, item);
}
