import { allHandlersFinished, condition, log, setDefaultSignalHandler } from '@temporalio/workflow';
import type { Payload, PayloadConverter } from '@temporalio/common';
import type { Duration } from './duration';
import type { UndeclaredSignal } from './envelope';

// They travel with every rollover.
const kept = 1_000;

/**
 * Takes into `undeclared` what the SDK kept for handlers that might still have come. Not before a run's end: other libraries
 * register late.
 *
 * @param withdrawn Whether the run does not end after all. Pure.
 */
export async function collectUndeclared(
  undeclared: UndeclaredSignal[],
  drainTimeout: Duration,
  withdrawn: () => boolean = () => false,
): Promise<void> {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as {
    __TEMPORAL_ACTIVATOR__?: { defaultSignalHandler?: Parameters<typeof setDefaultSignalHandler>[0] };
  };
  const before = activator?.defaultSignalHandler;
  for (let more = true; more;) {
    more = false;
    try {
      setDefaultSignalHandler((signal, ...args) => {
        undeclared.push({ signal, args });
        if (undeclared.length > kept) {
          const dropped = undeclared.shift();
          log.error(`longhaul: more than ${kept} signals that nobody declared; the oldest was dropped`, { dropped });
        }
      });
    } catch {
      // The SDK drops a signal with its own reserved prefix by throwing; the ones behind it are still to be taken.
      more = true;
    }
  }
  if (allHandlersFinished()) return;
  await condition(() => allHandlersFinished() || withdrawn(), drainTimeout);
  // The run goes on, and so does who took them before.
  if (withdrawn()) setDefaultSignalHandler(before);
}

/** Those that the SDK still keeps, the newest of many, for a query: they are taken at the run's end. Pure. */
export function keptBySdk(): UndeclaredSignal[] {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as {
    __TEMPORAL_ACTIVATOR__?: {
      bufferedSignals?: readonly { signalName?: string | null; input?: readonly Payload[] | null }[];
      payloadConverter?: PayloadConverter;
    };
  };
  const { bufferedSignals = [], payloadConverter } = activator ?? {};
  const read = (payload: Payload): unknown => {
    try {
      return payloadConverter?.fromPayload(payload);
    } catch {
      return null; // a status that fails would say nothing of all else
    }
  };
  return bufferedSignals
    .slice(-kept)
    .map(({ signalName, input }) => ({ signal: signalName ?? '', args: (input ?? []).map(read) }));
}
