import type {
  ClientInterceptors,
  CompiledWorkflowOptions,
  ScheduleClientInterceptor,
  WorkflowClientInterceptor,
} from '@temporalio/client';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import { applied } from './applied';
import { attributeRefusal } from './attribute-check';
import type { AttributeCheck } from './attribute-check';
import { attributeNames, attributesOf, withAttributes } from './attributes';
import type { CompiledCatalog } from './catalog';

/** Adds interceptors that set the search attributes of what a client starts; those that are there stay, of every kind. */
export function withClientInterceptors(
  interceptors: ClientInterceptors = {},
  catalog: CompiledCatalog,
  check: AttributeCheck,
): ClientInterceptors {
  const { schedule = [] } = interceptors;
  if (schedule.some((one) => applied in one)) return interceptors;
  const own = workflowInterceptor(catalog, check);
  return {
    ...interceptors,
    workflow: withWorkflowInterceptor(interceptors.workflow, own),
    schedule: [...schedule, Object.assign(scheduleInterceptor(catalog, check), { [applied]: true })],
  };
}

/** Last, so that it sees the options as the user's own interceptors leave them. */
function withWorkflowInterceptor(
  given: ClientInterceptors['workflow'],
  own: WorkflowClientInterceptor,
): NonNullable<ClientInterceptors['workflow']> {
  if (given === undefined) return [own];
  if (Array.isArray(given)) return [...given, own];
  // The SDK's older form: factories.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- it is still taken, and must not get lost
  return { ...given, calls: [...(given.calls ?? []), () => own] };
}

function workflowInterceptor(catalog: CompiledCatalog, check: AttributeCheck): WorkflowClientInterceptor {
  const start = <R>(
    workflowType: string,
    options: CompiledWorkflowOptions,
    send: (options: CompiledWorkflowOptions) => Promise<R>,
  ): Promise<R> => withFallback(check, options, pairsOf(catalog, workflowType, options), send);
  return {
    startWithDetails: (input, next) =>
      start(input.workflowType, input.options, (options) => next({ ...input, options })),
    signalWithStart: (input, next) =>
      start(input.workflowType, input.options, (options) => next({ ...input, options })),
    startUpdateWithStart: (input, next) =>
      start(input.workflowType, input.workflowStartOptions, (workflowStartOptions) =>
        next({ ...input, workflowStartOptions }),
      ),
  };
}

function scheduleInterceptor(catalog: CompiledCatalog, check: AttributeCheck): ScheduleClientInterceptor {
  return {
    create: (input, next) => {
      const { action } = input.options;
      // One action stands for every start to come, so there is no deadline yet; the first rollover sets it.
      const pairs = attributesOf(catalog, action.workflowType, undefined);
      return withFallback(check, action, pairs, (changed) =>
        next({ ...input, options: { ...input.options, action: changed } }),
      );
    },
  };
}

function pairsOf(catalog: CompiledCatalog, workflowType: string, options: CompiledWorkflowOptions) {
  const { cronSchedule, startDelay } = options;
  const startedAt = cronSchedule ? undefined : Date.now() + (optionalTsToMs(startDelay) ?? 0);
  return attributesOf(catalog, workflowType, startedAt);
}

/** Sends with the attributes that the server has, and without where it refuses them all the same. */
async function withFallback<O extends object, R>(
  check: AttributeCheck,
  options: O,
  pairs: ReturnType<typeof attributesOf>,
  send: (options: O) => Promise<R>,
): Promise<R> {
  if (pairs.length === 0) return await send(options);
  const names = (await check.available()) ?? attributeNames;
  const changed = withAttributes(
    options,
    pairs.filter(({ key }) => names.some((name) => name === key.name)),
  );
  if (changed === options) return await send(changed);
  try {
    return await send(changed);
  } catch (error) {
    const refusal = attributeRefusal(error);
    if (refusal === undefined) throw error;
    const result = await send(options);
    // Only now is it sure that they were the cause, and not one of the user's own.
    check.refused(refusal);
    return result;
  }
}
