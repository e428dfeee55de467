import { log, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { carriedSize, mayBeLarge } from './carried-size';
import { PROTOCOL } from './envelope';
import type { Envelope, RollOverCause } from './envelope';
import { longhaulFailure } from './failure';
import { countRollOver } from './metrics';
import type { Session } from './session';
import { collectUndeclared } from './undeclared';

/**
 * Ends the run in the next one, which begins with the same input and what this one hands on.
 *
 * @param withdrawn Whether the run does not end after all. Pure.
 * @returns where it was withdrawn.
 */
export async function rollOver(
  session: Session,
  cause: RollOverCause,
  withdrawn: () => boolean = () => false,
): Promise<unknown> {
  const { name, drainTimeout, ontoNewVersion, mostBytes } = session.declared;
  turnAwayWaiting(session);
  session.parts.leaving();
  await collectUndeclared(session.undeclared, drainTimeout, withdrawn);
  if (withdrawn()) return undefined;
  // Where the body has failed in one lane, the others may have taken items since.
  for (const buffer of session.inboxes.values()) buffer.returnLeases();
  const envelope = envelopeOf(session, cause);
  if (mayBeLarge(envelope, mostBytes)) watchSize(name, envelope, mostBytes);
  const { historyLength, historySize, cronSchedule } = workflowInfo();
  countRollOver(cause);
  if (cronSchedule) {
    log.warn(
      `longhaul: '${name}' was started by a cron schedule, which ends here: the SDK has no way to carry it over a continue-as-new. ` +
        'Start it by a Temporal Schedule',
      { cronSchedule },
    );
  }
  log.info(`longhaul: '${name}' rolls over`, { cause, run: session.number, historyLength, historySize });
  // Heard only where the worker uses deployment versions; without it a pinned chain would keep its first build for ever.
  const continueAsNew = makeContinueAsNewFunc(
    ontoNewVersion !== 'never' ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {},
  );
  return await continueAsNew(session.args[0], envelope);
}

/** What updates wait for travels; the updates themselves can't. */
export function turnAwayWaiting(session: Session, which: 'all' | 'in vain' = 'all'): void {
  const message = `'${session.declared.name}' rolls over before this item is done; send it again for its reply`;
  session.inboxes.turnAway(longhaulFailure('LonghaulRollingOver', message, { retryable: true }), which);
}

/** What the next run is handed. Pure: the status tells how large it is. */
export function envelopeOf(session: Session, cause: RollOverCause): Envelope {
  const { options, limits } = session.declared;
  return {
    longhaul: 'envelope',
    protocol: PROTOCOL,
    run: session.number + 1,
    cause,
    startedAt: session.startedAt,
    // The code's own: a limit belongs to the run that begins under it.
    limits: limits[0],
    state: { version: options.state.version, value: session.state },
    inboxes: session.inboxes.carry(),
    once: Object.fromEntries(session.once),
    children: session.children,
    deadLetters: session.deadLetters.list,
    undeclared: session.undeclared,
    cancelRequested: session.root.consideredCancelled,
    extensions: session.parts.carry(),
  };
}

/**
 * Warns of what becomes large, and fails the workflow task where it is too large: the server would not refuse the command, it
 * would terminate the workflow. Silent in replay: what was recorded was taken.
 */
function watchSize(name: string, envelope: Envelope, mostBytes: number): void {
  const size = carriedSize(envelope);
  if (!size || workflowInfo().unsafe.isReplaying) return;
  const kib = (bytes: number) => `${Math.ceil(bytes / 1_024)} KiB`;
  const largest = size.largest.map(({ part, bytes }) => `${part} ${kib(bytes)}`).join(', ');
  const what = `'${name}' carries ${kib(size.bytes)} over its rollover (${largest})`;
  if (size.bytes > mostBytes) {
    throw new Error(
      `longRunning ${what}, and at most ${kib(mostBytes)} may be carried: the server terminates a workflow that hands on more than it ` +
        'takes. Keep less in the state, or configure external storage and raise rollOver.mostBytes. The run goes on with the ' +
        'corrected code.',
    );
  }
  if (size.large) {
    log.warn(`longhaul: ${what}; up to ${kib(mostBytes)} are handed on. Keep less in the state, or drain the inboxes`, {
      ...size,
    });
  }
}
