import { patched } from '@temporalio/workflow';
import type { Entry } from './envelope';
import type { InboxBuffer } from './inbox-buffer';
import type { Retries } from './retries';

/** Which item of an inbox is next in a loop, where some wait for another attempt or for others of their key. */
export class Line<T> {
  private readonly keys = new Map<Entry<T>, string>();
  private readonly malformed = new Map<Entry<T>, unknown>();
  private readonly busy = new Set<string>();

  constructor(
    private readonly buffer: InboxBuffer<T>,
    private readonly orderBy?: (item: T) => string | number,
    private readonly retries?: Retries<T>,
  ) {}

  /** Pure but for the keys that it keeps: it is a condition's predicate. */
  hasNext(): boolean {
    if (!this.buffer.available) return false;
    return this.isPlain || this.next(1).length > 0;
  }

  /** Leases up to `max` items. */
  take(max: number): Entry<T>[] {
    if (!this.buffer.available || max < 1) return [];
    if (this.isPlain) return this.buffer.lease(max);
    const entries = this.next(max);
    this.buffer.lease(entries);
    return entries.filter((entry) => {
      if (!this.malformed.has(entry)) {
        const key = this.keys.get(entry);
        if (key !== undefined) this.busy.add(key);
        return true;
      }
      // An error in the loop would fail the workflow task for ever: one malformed item must not stop the others.
      this.buffer.bury(entry, this.malformed.get(entry), 'orderBy failed: ');
      this.left(entry);
      return false;
    });
  }

  /**
   * Whether a rollover has to wait for an item that is owed a reply: one that can be handed out before it, without another attempt at
   * what failed.
   *
   * @remarks Older code waited for those attempts too, however long. Where that makes the difference it records a patch marker.
   */
  get owes(): boolean {
    const { buffer, retries } = this;
    if (!buffer.owesWaiting || !retries) return buffer.owesWaiting;
    const blocked = new Set<string>();
    for (const entry of buffer.waiting) {
      const key = this.keyOf(entry);
      if (retries.isDelayed(entry) || (key !== undefined && blocked.has(key))) {
        if (key !== undefined) blocked.add(key);
      } else if (buffer.owesFor(entry)) return true;
    }
    return !patched('longhaul.delayed');
  }

  /** Told when an item is no longer in hand. */
  left(entry: Entry<T>): void {
    const key = this.keys.get(entry);
    if (key !== undefined) this.busy.delete(key);
    this.keys.delete(entry);
    this.malformed.delete(entry);
  }

  /** Whether the items leave one after the other, in their order. */
  get isPlain(): boolean {
    return this.orderBy === undefined && this.retries === undefined;
  }

  private next(max: number): Entry<T>[] {
    const found: Entry<T>[] = [];
    const blocked = new Set(this.busy);
    for (const entry of this.mayLeave()) {
      if (found.length === max) break;
      const key = this.keyOf(entry);
      const free = key === undefined || !blocked.has(key);
      if (free && !this.retries?.isDelayed(entry)) found.push(entry);
      if (key !== undefined) blocked.add(key);
    }
    return found;
  }

  /**
   * What the buffer hands out, and before an item that is owed a reply those of its key: they come first.
   *
   * @remarks Older code passed them over. Where there are any it records a patch marker.
   */
  private mayLeave(): readonly Entry<T>[] {
    const { buffer } = this;
    const { mayLeave } = buffer;
    if (!this.orderBy || mayLeave.length === 0 || !buffer.host.mustRollOver()) return mayLeave;
    const leaving = new Set(mayLeave);
    const keys = new Set<string>();
    const inOrder: Entry<T>[] = [];
    for (const entry of [...buffer.waiting].reverse()) {
      const key = this.keyOf(entry);
      if (!leaving.has(entry) && (key === undefined || !keys.has(key))) continue;
      if (key !== undefined) keys.add(key);
      inOrder.unshift(entry);
    }
    return inOrder.length > mayLeave.length && patched('longhaul.inOrder') ? inOrder : mayLeave;
  }

  private keyOf(entry: Entry<T>): string | undefined {
    if (!this.orderBy || this.malformed.has(entry)) return undefined;
    let key = this.keys.get(entry);
    if (key === undefined) {
      try {
        key = String(this.orderBy(entry.item));
        this.keys.set(entry, key);
      } catch (error) {
        this.malformed.set(entry, error);
      }
    }
    return key;
  }
}
