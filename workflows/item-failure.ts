import { ApplicationFailure } from '@temporalio/common';

/** What is kept of the failure of an item: JSON carries it. */
export interface ItemFailure {
  message: string;
  /** The `type` of the application failure, or the name of the SDK's. */
  type?: string;
}

/** The failure at the root of `error`: the outer ones only say that an activity or a child failed. */
export function itemFailure(error: unknown): ItemFailure {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  if (!(root instanceof Error)) return { message: String(root) };
  const type = root instanceof ApplicationFailure ? root.type : root.name;
  return { message: root.message, ...(type ? { type } : {}) };
}

/** Whether the failure says of itself that another attempt is of no use. */
export function isNonRetryable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApplicationFailure && at.nonRetryable) return true;
  }
  return false;
}
