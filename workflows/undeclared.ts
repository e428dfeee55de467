import { allHandlersFinished, condition, setDefaultSignalHandler } from '@temporalio/workflow';
import type { Duration } from './duration';
import type { UndeclaredSignal } from './envelope';

/**
 * Takes into `undeclared` what the SDK kept for handlers that might still have come. Not before a run's end: other libraries
 * register late.
 */
export async function collectUndeclared(undeclared: UndeclaredSignal[], drainTimeout: Duration): Promise<void> {
  for (let more = true; more;) {
    more = false;
    try {
      setDefaultSignalHandler((signal, ...args) => {
        undeclared.push({ signal, args });
      });
    } catch {
      // The SDK drops a signal with its own reserved prefix by throwing; the ones behind it are still to be taken.
      more = true;
    }
  }
  if (!allHandlersFinished()) await condition(allHandlersFinished, drainTimeout);
}
