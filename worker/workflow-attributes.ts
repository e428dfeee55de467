import type { SearchAttributePair } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';
import type { WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { workflowNow } from '../workflows/workflow-now';
import { attributeKeys, attributesOf, withAttributes } from './attributes';
import type { Chain } from './workflow-chain';
import type { WorkflowSettings } from './workflow-settings';

/**
 * Sets the search attributes of children, and keeps those of a chain over its continue-as-new. They are arguments of commands, which
 * a replay does not compare.
 */
export function attributeInterceptor(
  { catalog, attributes }: WorkflowSettings,
  chain: Chain,
): WorkflowOutboundCallsInterceptor {
  /** Without those that the server may lack: naming one would fail the workflow task, again and again. */
  const taken = (pairs: SearchAttributePair[]): SearchAttributePair[] => {
    const { typedSearchAttributes: own } = workflowInfo();
    return pairs.filter(({ key }) => attributes?.some((name) => name === key.name) ?? own.get(key) !== undefined);
  };
  return {
    startChildWorkflowExecution(input, next) {
      const startedAt = input.options.cronSchedule ? undefined : workflowNow();
      const pairs = taken(attributesOf(catalog, input.workflowType, startedAt));
      return next({ ...input, options: withAttributes(input.options, pairs) });
    },
    continueAsNew(input, next) {
      const { cronSchedule, typedSearchAttributes: own } = workflowInfo();
      const { workflowType } = input.options;
      const wanted = taken(attributesOf(catalog, workflowType, cronSchedule ? undefined : chain.startedAt)).map(
        // Set once: the next run is no new start.
        (pair) => (pair.key.name === 'LonghaulDeadline' ? (current(own.getAll(), pair) ?? pair) : pair),
      );
      const replaced = namesAttributes(input.options);
      // The server carries on what the run has, unless the command names any: then it must name all.
      if (!replaced && wanted.every((pair) => same(pair, current(own.getAll(), pair)))) return next(input);
      const carried = own.getAll().filter(({ key }) => !replaced || key.name in attributeKeys);
      const left = carried.filter(({ key }) => !wanted.some((pair) => pair.key.name === key.name));
      return next({ ...input, options: withAttributes(input.options, [...wanted, ...left]) });
    },
  };
}

const namesAttributes = (options: { typedSearchAttributes?: unknown; searchAttributes?: unknown }): boolean =>
  options.typedSearchAttributes !== undefined || options.searchAttributes !== undefined;

const current = (own: SearchAttributePair[], { key: { name } }: SearchAttributePair): SearchAttributePair | undefined =>
  own.find(({ key }) => key.name === name);

const same = (left: SearchAttributePair, right: SearchAttributePair | undefined): boolean =>
  JSON.stringify(left.value) === JSON.stringify(right?.value);
