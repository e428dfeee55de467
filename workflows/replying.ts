import { currentUpdateInfo } from '@temporalio/workflow';

/**
 * The updates of an inbox that have been taken, and whose reply the SDK has yet to issue.
 *
 * The reply is a command, and so is what the item leads to. Which of them comes first must not hang on how many promise turns either
 * takes: interceptors add some, and a replay takes an empty first workflow task and the next one as one. So nothing is handed out
 * before the reply is issued.
 */
export class Replying {
  private readonly ids = new Set<string>();

  /** Called by the handler of an update that replies at once. */
  begin(): void {
    const inProgress = updatesInProgress();
    for (const id of this.ids) if (!inProgress?.has(id)) this.ids.delete(id);
    const id = currentUpdateInfo()?.id;
    if (id !== undefined) this.ids.add(id);
  }

  /** Whether there are any. Pure: it is a condition's predicate. */
  get any(): boolean {
    if (this.ids.size === 0) return false;
    const inProgress = updatesInProgress();
    return inProgress !== undefined && [...this.ids].some((id) => inProgress.has(id));
  }
}

function updatesInProgress(): ReadonlyMap<string, unknown> | undefined {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as {
    __TEMPORAL_ACTIVATOR__?: { inProgressUpdates?: ReadonlyMap<string, unknown> };
  };
  return activator?.inProgressUpdates;
}
