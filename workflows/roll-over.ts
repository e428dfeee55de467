import { log, makeContinueAsNewFunc, workflowInfo } from '@temporalio/workflow';
import { carriedSize, mayBeLarge } from './carried-size';
import { PROTOCOL } from './envelope';
import type { Envelope, RollOverCause } from './envelope';
import { longhaulFailure } from './failure';
import { countRollOver } from './metrics';
import type { Session } from './session';
import { collectUndeclared } from './undeclared';

/** Ends the run in the next one, which begins with the same input and what this one hands on. */
export async function rollOver(session: Session, cause: RollOverCause): Promise<never> {
  const { name, drainTimeout, ontoNewVersion } = session.declared;
  turnAwayWaiting(session);
  session.parts.leaving();
  await collectUndeclared(session.undeclared, drainTimeout);
  const envelope = envelopeOf(session, cause);
  if (mayBeLarge(envelope)) warnOfSize(name, envelope);
  const { historyLength, historySize } = workflowInfo();
  countRollOver(cause);
  log.info(`longhaul: '${name}' rolls over`, { cause, run: session.number, historyLength, historySize });
  // Heard only where the worker uses deployment versions; without it a pinned chain would keep its first build for ever.
  const continueAsNew = makeContinueAsNewFunc(
    ontoNewVersion !== 'never' ? { initialVersioningBehavior: 'AUTO_UPGRADE' } : {},
  );
  return await continueAsNew(session.args[0], envelope);
}

/** What updates wait for travels; the updates themselves can't. */
export function turnAwayWaiting(session: Session): void {
  const message = `'${session.declared.name}' rolls over before this item is done; send it again for its reply`;
  session.inboxes.turnAway(longhaulFailure('LonghaulRollingOver', message, { retryable: true }));
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

function warnOfSize(name: string, envelope: Envelope): void {
  const size = carriedSize(envelope);
  if (!size?.large) return;
  const largest = size.largest.map(({ part, bytes }) => `${part} ${Math.ceil(bytes / 1_024)} KiB`).join(', ');
  log.warn(
    `longhaul: '${name}' carries ${Math.ceil(size.bytes / 1_024)} KiB over its rollover (${largest}); the server refuses more than ` +
      '2,048 KiB. Keep less in the state, drain the inboxes, or configure external storage',
    { ...size },
  );
}
