import type { WorkflowInterceptors } from '@temporalio/workflow';
import { attributeInterceptor } from './workflow-attributes';
import { Chain } from './workflow-chain';
import { guardInterceptor } from './workflow-guard';
import type { WorkflowSettings } from './workflow-settings';

/** Webpack's: the query that this module was required with. */
declare const __resourceQuery: string;

/**
 * The plugin's part in the sandbox. None of these adds a command or a promise turn: histories recorded without it replay with it,
 * and the other way round.
 */
export const interceptors = (): WorkflowInterceptors => {
  const settings = JSON.parse(decodeURIComponent(__resourceQuery.slice(1))) as WorkflowSettings;
  const chain = new Chain();
  return {
    inbound: [chain.inbound],
    outbound: [chain.outbound, attributeInterceptor(settings, chain), guardInterceptor(settings.guards)],
  };
};
