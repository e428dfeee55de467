import type { BundleOptions, WorkflowBundleWithSourceMap } from '@temporalio/worker';

import { workerSdk } from './sdk';

/** How a workflow bundle is made. */
export type Bundling = Omit<BundleOptions, 'workflowsPath' | 'logger'>;

const made: { workflowsPath: string; bundling: Bundling; bundle: Promise<WorkflowBundleWithSourceMap> }[] = [];

/** Bundles workflow code once per process for the same file and options, since each time takes a second or two. */
export async function bundleOnce(workflowsPath: string, bundling: Bundling = {}): Promise<WorkflowBundleWithSourceMap> {
  const known = made.find((one) => one.workflowsPath === workflowsPath && isSame(one.bundling, bundling));
  if (known !== undefined) return await known.bundle;
  const bundle = make(workflowsPath, bundling);
  made.push({ workflowsPath, bundling, bundle });
  return await bundle;
}

async function make(workflowsPath: string, bundling: Bundling): Promise<WorkflowBundleWithSourceMap> {
  const { bundleWorkflowCode, DefaultLogger } = workerSdk();
  return await bundleWorkflowCode({ ...bundling, workflowsPath, logger: new DefaultLogger('WARN') });
}

/** Plugins and hooks are compared by identity, all else by value. */
function isSame(one: Bundling, other: Bundling): boolean {
  const { plugins: onePlugins = [], webpackConfigHook: oneHook, ...oneRest } = one;
  const { plugins: otherPlugins = [], webpackConfigHook: otherHook, ...otherRest } = other;
  return (
    oneHook === otherHook &&
    onePlugins.length === otherPlugins.length &&
    onePlugins.every((plugin, index) => plugin === otherPlugins[index]) &&
    JSON.stringify(oneRest) === JSON.stringify(otherRest)
  );
}
