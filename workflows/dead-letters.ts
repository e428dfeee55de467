import { log } from '@temporalio/workflow';
import type { DeadLetter } from './envelope';
import { countDeadLetter } from './metrics';

/** What travels beside the list: the number of the next letter. */
interface CarriedLetters {
  next: number;
}

/** Items whose handling failed, newest last. Bounded: they travel with each rollover. */
export class DeadLetters {
  private nextNumber: number;

  /** @param most How many are kept. */
  constructor(
    readonly list: DeadLetter[] = [],
    carried?: unknown,
    private readonly most = 100,
  ) {
    this.nextNumber = (carried as CarriedLetters | undefined)?.next ?? 1;
    // Older code wrote letters without ids.
    for (const letter of list) letter.letter ??= this.newId();
  }

  keep(letter: DeadLetter): void {
    this.list.push({ ...letter, letter: this.newId() });
    countDeadLetter(letter.inbox);
    log.warn('longhaul: an item went to the dead letters', { inbox: letter.inbox, id: letter.id, error: letter.error });
    while (this.list.length > this.most) {
      const dropped = this.list.shift();
      log.error('longhaul: the dead letters are full; the oldest was dropped', { dropped });
    }
  }

  /** Takes out each letter that `which` takes. */
  remove(which: (letter: DeadLetter) => boolean): void {
    const kept = this.list.filter((letter) => !which(letter));
    // The body holds the list itself.
    this.list.splice(0, this.list.length, ...kept);
  }

  carry(): CarriedLetters | undefined {
    return this.nextNumber === 1 ? undefined : { next: this.nextNumber };
  }

  private newId(): string {
    this.nextNumber += 1;
    return `d${this.nextNumber - 1}`;
  }
}
