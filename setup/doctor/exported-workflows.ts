import { createContext, runInContext } from 'node:vm';
import type { LoadedConfig } from '../../config';
import { replayOptionsOf } from '../../config';

/** What the bundle of a configuration's workflows exports. */
export interface ExportedWorkflows {
  types: string[];
  /** Whether there is a default export, which takes every type that has no function of its own. */
  takesAny: boolean;
}

/**
 * Bundles the workflows as the worker would, and asks the bundle what it exports.
 *
 * @throws WorkflowBundleError if they can't be bundled.
 */
export async function exportedWorkflows(config: LoadedConfig & { workflowsPath: string }): Promise<ExportedWorkflows> {
  const { bundleWorkflows } = await import('../../replay/bundle-workflows.js');
  const code = await bundleWorkflows(config.workflowsPath, await replayOptionsOf(config));
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const { TextDecoder, TextEncoder } = await import('node:util');
  const assert = await import('node:assert');
  // What the SDK injects into its sandbox, as far as modules may use it while they load.
  const context = createContext({
    AsyncLocalStorage,
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    assert: assert.default,
    console: { log() {}, warn() {}, error() {}, info() {}, debug() {} },
    __webpack_module_cache__: {},
  });
  const exported = runInContext(`${code}\n;__TEMPORAL__.importWorkflows()`, context, { timeout: 10_000 }) as Record<
    string,
    unknown
  >;
  const isFunction = (name: string): boolean => typeof exported[name] === 'function';
  return {
    types: Object.keys(exported)
      .filter((name) => name !== 'default' && isFunction(name))
      .sort(),
    takesAny: isFunction('default'),
  };
}
