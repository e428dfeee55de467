import { CancellationScope, sleep } from '@temporalio/workflow';
import { workflowNow } from '../workflow-now';

/**
 * A timer that runs beside other work, and is asked whether it has rung. The predicate of a `condition` may ask.
 *
 * @remarks Records one timer each time that it is set, and its cancellation where it is stopped before it rings.
 */
export class Alarm {
  private running: { scope: CancellationScope; at: number } | undefined;
  private rang = false;

  rings(): boolean {
    return this.rang;
  }

  /** Sets it, unless it is going to ring by then anyway: an early ring costs less than a timer for each change. */
  set(at: number): void {
    if (this.running && this.running.at <= at) return;
    this.stop();
    const scope = new CancellationScope();
    const running = { scope, at };
    this.running = running;
    scope
      .run(() => sleep(Math.max(1, at - workflowNow())))
      .then(
        () => {
          if (this.running === running) this.rang = true;
        },
        // Cancelled, by `stop` or with everything around it.
        () => undefined,
      );
  }

  /** Makes it silent and ready to be set again. */
  reset(): void {
    this.rang = false;
    this.running = undefined;
  }

  stop(): void {
    if (!this.rang) this.running?.scope.cancel();
    this.reset();
  }
}
