import { continueAsNew, log, workflowInfo } from '@temporalio/workflow';
import { PROTOCOL } from './envelope';
import type { Envelope, RollOverCause } from './envelope';
import { longhaulFailure } from './failure';
import type { Session } from './session';
import { collectUndeclared } from './undeclared';

/** Ends the run in the next one, which begins with the same input and what this one hands on. */
export async function rollOver(session: Session, cause: RollOverCause): Promise<never> {
  const { name, drainTimeout } = session.declared;
  turnAwayWaiting(session);
  await collectUndeclared(session.undeclared, drainTimeout);
  const envelope = envelopeOf(session, cause);
  const { historyLength, historySize } = workflowInfo();
  log.info(`longhaul: '${name}' rolls over`, { cause, run: session.number, historyLength, historySize });
  return await continueAsNew(session.args[0], envelope);
}

/** What updates wait for travels; the updates themselves can't. */
export function turnAwayWaiting(session: Session): void {
  const { name } = session.declared;
  session.inboxes.turnAway(
    longhaulFailure(
      'LonghaulRollingOver',
      `'${name}' rolls over before this item is done; send it again for its reply`,
      {
        retryable: true,
      },
    ),
  );
}

function envelopeOf(session: Session, cause: RollOverCause): Envelope {
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
