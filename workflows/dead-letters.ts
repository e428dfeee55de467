import { log } from '@temporalio/workflow';
import type { DeadLetter } from './envelope';
import { countDeadLetter } from './metrics';

const kept = 100;

/** Items whose handling failed, newest last. Bounded: they travel with each rollover. */
export class DeadLetters {
  constructor(readonly list: DeadLetter[] = []) {}

  keep(letter: DeadLetter): void {
    this.list.push(letter);
    countDeadLetter(letter.inbox);
    log.warn('longhaul: an item went to the dead letters', { inbox: letter.inbox, id: letter.id, error: letter.error });
    if (this.list.length > kept) {
      const dropped = this.list.shift();
      log.error('longhaul: the dead letters are full; the oldest was dropped', { dropped });
    }
  }
}
