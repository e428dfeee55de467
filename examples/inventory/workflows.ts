import {
  getExternalWorkflowHandle,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure, rootCause } from '@temporalio/common';
import { inbox, longRunning, workflowNow } from 'longhaul/workflows';
import type * as activities from './activities';
import { found, progress } from './messages';
import type { Found, InventoryInput, InventoryResult, Progress } from './messages';

const { scan, hashBatch, checkStore, summarise } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 day',
  scheduleToCloseTimeout: '7 days',
  // In production 45 seconds; here crashes are to be seen within a minute.
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 ms', nonRetryableErrorTypes: ['FolderError', 'InventoryGone'] },
});

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * Makes an inventory of a folder tree: a scan finds batches of files, which arrive by signal and are hashed a few at a time.
 */
export const inventory = longRunning(
  'inventory',
  {
    state: {
      version: 1,
      initial: (_input: InventoryInput): Progress => ({ pass: 0, scanned: false, files: 0, bytes: 0, batches: 0 }),
    },
    inboxes: { found: inbox(found, { dedupe: { by: ({ id }: Found) => id } }) },
    // In production 2,000 to 5,000; here a run of a minute is to roll over several times.
    rollOver: { events: 500 },
  },
  async (run): Promise<InventoryResult> => {
    const [input] = run.args;
    const { concurrency = 4, rescans = { times: 0, everyDays: 1 } } = input;
    const { state } = run;
    setHandler(progress, () => state);
    for (;;) {
      const { pass } = state;
      await run.once(`scan ${pass}`, () => run.startChild(scanTree, { args: [{ input, pass }] }));
      await run.inboxes.found.forEach(
        async (message) => {
          if (message.kind === 'failed') throw ApplicationFailure.nonRetryable(message.message, 'ScanFailed');
          if (message.kind === 'end') {
            state.scanned = true;
            return;
          }
          const { files, bytes } = await hashBatch(input, message);
          state.files += files;
          state.bytes += bytes;
          state.batches += 1;
        },
        { concurrency, until: () => state.scanned },
      );
      if (pass >= rescans.times) break;
      // A deadline in the state, since the run may be another one when the rest is over.
      state.restsUntil ??= workflowNow() + rescans.everyDays * dayMs;
      await sleep(Math.max(1, state.restsUntil - workflowNow()));
      delete state.restsUntil;
      state.pass += 1;
      state.scanned = false;
      await run.safePoint();
    }
    // Runs that began before there was a check end without one.
    if (patched('check-store')) await checkStore(input);
    return { ...state, summary: await summarise(input) };
  },
);

/**
 * Hosts the scan for as long as it takes. An activity belongs to the run that scheduled it; a child of its own lets the
 * inventory roll over while the scan goes on.
 */
export async function scanTree({ input, pass }: { input: InventoryInput; pass: number }): Promise<void> {
  const inventoryId = workflowInfo().parent?.workflowId;
  if (inventoryId === undefined) throw ApplicationFailure.nonRetryable('scanTree is started by inventory');
  try {
    await scan(input, { pass, inventoryId });
  } catch (error) {
    const message = rootCause(error) ?? String(error);
    await getExternalWorkflowHandle(inventoryId).signal(found, { id: `${pass} failed`, kind: 'failed', pass, message });
    throw error;
  }
}
