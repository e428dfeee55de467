import { msToNumber } from '@temporalio/common/lib/time';
import type { InboxOptions } from './inbox';
import { workflowNow } from './workflow-now';

/** The ids that an inbox has received, oldest first; bounded by their number, and by age where that is declared. */
export class DedupeWindow {
  private readonly ids: Map<string, number>;
  private readonly keep: number;
  private readonly keepForMs: number;

  /** @param ages When ids were received. One without counts from the beginning of this run: older code carried none. */
  constructor(
    { keep = 1_000, keepFor }: Pick<NonNullable<InboxOptions<unknown>['dedupe']>, 'keep' | 'keepFor'> = {},
    seen: readonly string[] = [],
    ages: readonly (readonly [string, number])[] = [],
    private readonly forgotten: (id: string) => void = () => undefined,
  ) {
    this.keep = keep;
    this.keepForMs = keepFor === undefined ? Infinity : msToNumber(keepFor);
    const receivedAt = new Map(ages);
    this.ids = new Map(seen.map((id) => [id, receivedAt.get(id) ?? workflowNow()]));
  }

  /** Pure: an update's validator asks it. */
  has(id: string): boolean {
    const receivedAt = this.ids.get(id);
    return receivedAt !== undefined && !this.isPast(receivedAt);
  }

  /** Whether it is among the ids that travel, past its age or not. */
  holds(id: string): boolean {
    return this.ids.has(id);
  }

  add(id: string): void {
    if (this.ids.delete(id)) this.forgotten(id);
    this.ids.set(id, workflowNow());
    for (const [oldest, receivedAt] of this.ids) {
      if (this.ids.size <= this.keep && !this.isPast(receivedAt)) break;
      this.ids.delete(oldest);
      this.forgotten(oldest);
    }
  }

  get seen(): string[] {
    return [...this.ids.keys()];
  }

  /** Nothing where ids are not forgotten by age. */
  get ages(): [string, number][] | undefined {
    return this.keepForMs === Infinity ? undefined : [...this.ids];
  }

  private isPast(receivedAt: number): boolean {
    return this.keepForMs !== Infinity && receivedAt + this.keepForMs <= workflowNow();
  }
}
