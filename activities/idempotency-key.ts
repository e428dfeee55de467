import { currentContext } from './current-context';
import { longhaulFailure } from '../workflows/failure';
import { host } from './host';

export interface IdempotencyKeyOptions {
  /** What the step is done for. @default the inbox item that the workflow's `forEach` had in hand when it scheduled the activity */
  item?: string;
}

/**
 * A key for one effect on the outside world: namespace / workflow id / first run id / item / step.
 *
 * It is the same for each attempt, each scheduling and each run of a continue-as-new chain. Activity ids can't serve: they begin
 * anew in each run.
 *
 * @param step Names the effect among those of one item, such as `'charge'`.
 * @throws ApplicationFailure `LonghaulIdempotencyKey`, retryable, where there is no item, or nothing tells the first run.
 * @remarks The first run and the item come in a header that the worker's `LonghaulPlugin` adds on the workflow's side. The item is not
 *   encrypted there. For activities that were scheduled without it the first run is asked of the server, by one call.
 */
export async function idempotencyKey(step: string, options: IdempotencyKeyOptions = {}): Promise<string> {
  const { info } = currentContext('idempotencyKey()');
  const origin = host.getStore()?.origin;
  const { item = origin?.item } = options;
  const { workflowExecution } = info;
  if (!workflowExecution) {
    throw missing(
      `'${info.activityType}' was not started by a workflow, and has nothing that is the same over its attempts but its own id`,
    );
  }
  if (item === undefined) {
    throw missing(
      `idempotencyKey('${step}') in '${info.activityType}' knows no item. Pass one that names what the step is done for, ` +
        `idempotencyKey('${step}', { item: order.id }); in a handler of forEach() on an inbox with \`dedupe\` it comes by itself, with LonghaulPlugin in the worker`,
    );
  }
  const firstRunId = origin?.firstRunId ?? (await askFirstRunId());
  return [info.namespace, workflowExecution.workflowId, firstRunId, item, step].map(encodeURIComponent).join('/');
}

/** The server knows the first run of a chain. */
async function askFirstRunId(): Promise<string> {
  const { client, info } = currentContext('idempotencyKey()');
  const { workflowId = '', runId = '' } = info.workflowExecution ?? {};
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  const firstRunId = raw.workflowExecutionInfo?.firstRunId;
  if (firstRunId) return firstRunId;
  throw missing(
    `The server does not tell the first run of workflow ${workflowId}. Add LonghaulPlugin to the workers that run the workflow and '${info.activityType}'`,
  );
}

function missing(what: string) {
  return longhaulFailure('LonghaulIdempotencyKey', what, { retryable: true });
}
