import { defaultPayloadConverter } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { WorkflowOrigin } from '../activities/host';
import { currentItem, followItems } from '../workflows/item-context';
import { originHeader } from './origin-header';

/**
 * A workflow interceptor module: tells each activity, in a header, the first run of the chain and the item in hand. `idempotencyKey`
 * is made of them.
 *
 * It adds no command and no promise turn, and replay does not compare headers: a history recorded without it replays with it, and
 * the other way round.
 */
export const interceptors: WorkflowInterceptorsFactory = () => {
  followItems();
  return {
    outbound: [
      {
        scheduleActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...origin() } }),
        scheduleLocalActivity: (input, next) => next({ ...input, headers: { ...input.headers, ...origin() } }),
      },
    ],
  };
};

function origin() {
  const item = currentItem();
  const told: WorkflowOrigin = {
    firstRunId: workflowInfo().firstExecutionRunId,
    ...(item === undefined ? {} : { item }),
  };
  return { [originHeader]: defaultPayloadConverter.toPayload(told) };
}
