import { TemporalFailure } from '@temporalio/common';
import { allHandlersFinished, condition, isCancellation, log } from '@temporalio/workflow';
import { longhaulFailure } from './failure';
import { rollOver, turnAwayWaiting } from './roll-over';
import type { Session } from './session';
import { collectUndeclared } from './undeclared';

/** How a body ended. */
export interface Outcome {
  value?: unknown;
  error?: unknown;
  failed: boolean;
}

/** Ends the run, or runs the body again in a new one where items are left or one failed. */
export async function finish(session: Session, { value, error, failed }: Outcome): Promise<unknown> {
  const { name, options, drainTimeout } = session.declared;
  if (failed) return await fail(session, error, options.onError ?? 'fail');
  for (const buffer of session.inboxes.values()) buffer.settleAll();
  session.parts.leaving();
  // Nobody reads any more: an update that waits would wait for the drain to time out.
  if (runsAgain(session)) turnAwayWaiting(session);
  else leaveUnanswered(session);
  if (!allHandlersFinished()) await condition(allHandlersFinished, drainTimeout);
  await collectUndeclared(session.undeclared, drainTimeout);
  const left = [...session.inboxes].filter(([, { depth }]) => depth > 0);
  const having = (policy: string) => left.filter(([, { onLeftover }]) => onLeftover === policy);
  const named = session.inboxes.left().join(', ');
  // Who cancels wants an end: what is left is told, and does not start another run.
  if (left.length > 0 && !session.root.consideredCancelled) {
    if (having('fail').length > 0) {
      throw longhaulFailure('LonghaulLeftover', `The body of '${name}' returned with items left: ${named}`);
    }
    if (having('rollOver').length > 0) {
      if (session.carried?.cause === 'leftover' && session.growth.handled === 0) {
        throw new Error(
          `The body of '${name}' returned twice without taking any of the items left (${named}). ` +
            "Drain the inbox before returning, or declare onLeftover: 'discard'; the run goes on with the corrected code.",
        );
      }
      return await rollOver(session, 'leftover');
    }
  }
  tellLeft(session);
  return value;
}

/** What the end of the run leaves behind, for whoever has to see to it: with the run it is out of every reader's reach. */
function tellLeft({ inboxes, undeclared }: Session): void {
  const left = inboxes.left();
  if (left.length > 0) log.warn(`longhaul: ended with items left: ${left.join(', ')}`);
  if (undeclared.length > 0) log.warn('longhaul: ended with signals that nobody declared', { undeclared });
}

/** Whether what is left makes the body run again. */
function runsAgain({ inboxes, root }: Session): boolean {
  const policies = [...inboxes.values()].filter(({ depth }) => depth > 0).map(({ onLeftover }) => onLeftover);
  return !root.consideredCancelled && policies.includes('rollOver') && !policies.includes('fail');
}

/** @returns whether updates waited. */
function leaveUnanswered(session: Session): boolean {
  const message = `'${session.declared.name}' ended before it handled this item`;
  return session.inboxes.turnAway(longhaulFailure('LonghaulUnanswered', message));
}

async function fail(session: Session, error: unknown, onError: 'fail' | 'continue'): Promise<unknown> {
  if (session.root.consideredCancelled && isCancellation(error)) {
    // The server told an earlier run of the chain, and only the SDK's own flag makes this one end as cancelled.
    if (session.carried?.cancelRequested) markCancelled();
    session.parts.leaving();
    if (leaveUnanswered(session)) await condition(allHandlersFinished, session.declared.drainTimeout);
    tellLeft(session);
    throw error;
  }
  if (error instanceof Error && error.name === 'ContinueAsNew') {
    throw new Error(
      `'${session.declared.name}' called continueAsNew() itself, which would drop its inboxes and state; ` +
        'await run.safePoint() instead, or send it the signal longhaul.rollOver.',
    );
  }
  // Anything else fails the workflow task, and replays with the corrected code: there is nothing to bury yet.
  if (!(error instanceof TemporalFailure)) throw error;
  session.parts.leaving();
  const buried = session.inboxes.leases();
  session.inboxes.buryLeases(error);
  if (onError === 'continue' && buried > 0) return await rollOver(session, 'error');
  if (leaveUnanswered(session)) await condition(allHandlersFinished, session.declared.drainTimeout);
  tellLeft(session);
  throw error;
}

function markCancelled(): void {
  const { __TEMPORAL_ACTIVATOR__: activator } = globalThis as { __TEMPORAL_ACTIVATOR__?: { cancelled: boolean } };
  if (activator) activator.cancelled = true;
}
