import { defineSearchAttributeKey } from '@temporalio/common';
import { log, upsertSearchAttributes } from '@temporalio/workflow';
import type { Growth } from './growth';
import type { Inboxes } from './inboxes';
import { workflowNow } from './workflow-now';

export interface BacklogOptions {
  /** Over how many workflow tasks an inbox may hold items that nobody reads, before it is warned of: from 2 on. @default 100 */
  tasks?: number;

  /**
   * Sets the search attribute `LonghaulBacklogSince`, a Datetime that the namespace must have, while there is such a backlog.
   *
   * Set it from the workflow's first deployment on, or for new executions: a run that is open when it is switched records or lacks
   * the command. @default false
   */
  searchAttribute?: boolean;
}

/** What is known of an inbox that holds items while nobody reads it. It travels. */
interface Unread {
  since: number;
  tasks: number;
}

const attribute = defineSearchAttributeKey('LonghaulBacklogSince', 'DATETIME');

/** Notices inboxes that nobody reads: forgotten ones, and those whose reader hangs elsewhere. */
export class Backlog {
  private readonly unread: Map<string, Unread>;
  private shown: boolean;
  private lastTask: number;

  constructor(
    private readonly inboxes: Inboxes,
    private readonly growth: Growth,
    private readonly isPaused: () => boolean,
    { unread, shown }: { unread?: [string, Unread][]; shown?: boolean } = {},
    private readonly options: BacklogOptions = {},
  ) {
    this.lastTask = growth.historyLength;
    this.unread = new Map(unread);
    this.shown = shown ?? false;
  }

  /** To be called in each workflow task. */
  look(): void {
    const task = this.growth.historyLength;
    if (task === this.lastTask || this.isPaused()) return;
    this.lastTask = task;
    const { tasks: most = 100, searchAttribute = false } = this.options;
    for (const [name, { depth, isRead }] of this.inboxes) {
      if (depth === 0 || isRead) {
        this.unread.delete(name);
        continue;
      }
      const known = this.unread.get(name) ?? { since: workflowNow(), tasks: 0 };
      known.tasks += 1;
      this.unread.set(name, known);
      if (isTenfold(known.tasks, most)) this.warn(name, depth, known);
      if (known.tasks === most && searchAttribute && !this.shown) this.show(known.since);
    }
    if (this.shown && ![...this.unread.values()].some(({ tasks }) => tasks >= most)) this.show(null);
  }

  /** Has what comes next counted as another task, which in a replay may be one with the first. */
  nextTask(): void {
    this.lastTask = -1;
  }

  since(inbox: string): number | undefined {
    return this.unread.get(inbox)?.since;
  }

  carry(): object | undefined {
    if (this.unread.size === 0 && !this.shown) return undefined;
    return { unread: [...this.unread], ...(this.shown ? { shown: true } : {}) };
  }

  private show(since: number | null): void {
    upsertSearchAttributes([{ key: attribute, value: since === null ? null : new Date(since) }]);
    this.shown = since !== null;
  }

  private warn(inbox: string, depth: number, { since, tasks }: Unread): void {
    log.warn(`longhaul: nobody reads inbox '${inbox}'`, {
      longhaul: 'backlog',
      inbox,
      depth,
      tasks,
      unreadSince: new Date(since).toISOString(),
    });
  }
}

/** Whether `tasks` is `first`, or ten times that, and so on: the longer it lasts, the rarer it is told. */
function isTenfold(tasks: number, first: number): boolean {
  let at = first;
  while (at < tasks) at *= 10;
  return at === tasks;
}
