import { CancellationScope, condition } from '@temporalio/workflow';

/**
 * Items of updates that came before the body's first line: with the workflow's start, or as a replay sees them.
 *
 * A replay takes a first workflow task that issued no command and the one after it as one, so that it sees updates before the body's
 * first line that came when the body was at rest. Hence the body comes to rest before it sees any of them, in a replay and live.
 */
export class EarlyUpdates {
  private waiting: (() => void)[] | undefined = [];

  /** Does `arrive` at once, or when the body is first at rest. */
  admit(arrive: () => void): void {
    if (this.waiting) this.waiting.push(arrive);
    else arrive();
  }

  /**
   * Called right before the body's first line. Takes no promise turn where no update came before it.
   *
   * @param seen Called when the body is to see what came.
   */
  bodyBegins(came: boolean, seen: () => void): void {
    const { waiting = [] } = this;
    if (!came) {
      this.waiting = undefined;
      return;
    }
    let underWay = false;
    void Promise.resolve().then(() => (underWay = true));
    // All conditions are looked at right after the body's synchronous part, and then only when all promises have come to rest.
    const atRest = CancellationScope.nonCancellable(() => condition(() => underWay));
    void atRest.then(() => {
      this.waiting = undefined;
      for (const arrive of waiting) arrive();
      seen();
    });
  }
}
