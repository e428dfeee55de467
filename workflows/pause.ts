import { log, setHandler } from '@temporalio/workflow';
import { pauseSignal, resumeSignal } from './built-in';
import type { Part, PartHost } from './part';
import { workflowNow } from './workflow-now';

interface CarriedPause {
  since: number;
}

/** Whether an operator has stopped the handing out of items. What is in hand goes on; what comes in is kept. */
export function pause(host: PartHost, carried: unknown): Part {
  let since = (carried as CarriedPause | undefined)?.since;
  setHandler(pauseSignal, () => {
    host.growth.countSignal();
    since ??= workflowNow();
    log.info('longhaul: paused; nothing new is handed out until longhaul.resume');
  });
  setHandler(resumeSignal, () => {
    host.growth.countSignal();
    since = undefined;
    log.info('longhaul: resumed');
  });
  return {
    carry: () => (since === undefined ? undefined : ({ since } satisfies CarriedPause)),
    status: () => ({ pausedSince: since ?? null }),
    paused: () => since !== undefined,
  };
}
