import type { History } from '@temporalio/common/lib/proto-utils';
import type { Mismatch } from './compare-commands';
import type { Recording } from './workflow-recorder';

/**
 * Names the cause where a `longRunning` workflow of longhaul rolls over elsewhere than it did: of the core's message alone
 * nobody would think of a limit.
 */
export function rollOverHint(
  { expected, actual }: Mismatch,
  { commands }: Recording,
  { events }: History,
): string | undefined {
  if (isRollOver(expected) === isRollOver(actual)) return undefined;
  const envelopes = [
    ...(events ?? []).map(({ workflowExecutionContinuedAsNewEventAttributes: end }) => end?.input?.payloads?.[1]),
    ...commands.map(({ command }) => command.continueAsNewWorkflowExecution?.arguments?.[1]),
  ];
  if (!envelopes.some((payload) => Buffer.from(payload?.data ?? []).includes('"longhaul":"envelope"')))
    return undefined;
  return (
    'The run rolls over at another point than it did, as it does when a rollOver limit was changed: declare the old limit ' +
    'beside the new one, rollOver: { events: NEW, was: [OLD] }.'
  );
}

const isRollOver = (command: string): boolean => /Continue(d)?AsNew/.test(command);
