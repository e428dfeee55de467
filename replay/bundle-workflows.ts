import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { BundleOptions as BundlerOptions, ReplayWorkerOptions } from '@temporalio/worker';
import { BundleCache, type CompilationInputs } from './bundle-cache';
import { ImportChain } from './import-chain';
import { workerSdk } from './worker-sdk';

/** Workflow code that can't be bundled. Its message is one line with the cause; `details` has the bundler's output. */
export class WorkflowBundleError extends Error {
  override readonly name = 'WorkflowBundleError';

  constructor(
    message: string,
    readonly details: string,
  ) {
    super(message);
  }
}

/** What of a worker's options decides over the bundle. */
export type BundleOptions = Pick<ReplayWorkerOptions, 'dataConverter' | 'interceptors' | 'bundlerOptions' | 'plugins'>;

/**
 * Bundles workflow code as a worker with these options would, or takes the bundle that was made of the same inputs.
 *
 * @param cache Whether to keep bundles, and to take those that are kept.
 * @throws WorkflowBundleError if the file is missing or can't be bundled.
 */
export async function bundleWorkflows(path: string, options: BundleOptions, cache = true): Promise<string> {
  const workflowsPath = resolve(path);
  if (!(await stat(workflowsPath).catch(() => undefined))) {
    throw new WorkflowBundleError(`The workflow file ${workflowsPath} does not exist.`, '');
  }
  const configured = configuredBundler(workflowsPath, options);
  const key = { ...configured, logger: undefined };
  // Functions may do anything; what depends on one is made anew each time.
  const kept = cache && isPlainData(key) ? new BundleCache(workflowsPath, key) : undefined;
  const code = await kept?.read();
  if (code !== undefined) return code;
  const inputs: CompilationInputs[] = [];
  const made = await makeBundle(
    workflowsPath,
    withInputs(configured, (read) => inputs.push(read)),
  );
  const [read] = inputs;
  if (read) await kept?.write(made, read);
  return made;
}

function configuredBundler(workflowsPath: string, options: BundleOptions): BundlerOptions {
  const { dataConverter, interceptors, bundlerOptions, plugins = [] } = options;
  const configured: BundlerOptions = {
    ...bundlerOptions,
    workflowsPath,
    ...(interceptors?.workflowModules && { workflowInterceptorModules: interceptors.workflowModules }),
    ...(dataConverter?.payloadConverterPath && { payloadConverterPath: dataConverter.payloadConverterPath }),
    ...(dataConverter?.failureConverterPath && { failureConverterPath: dataConverter.failureConverterPath }),
  };
  // A plugin of workers is asked to configure the bundler too, as the worker does.
  return plugins.reduce((before, plugin) => {
    const { configureBundler } = plugin as { configureBundler?: (options: BundlerOptions) => BundlerOptions };
    return configureBundler ? configureBundler.call(plugin, before) : before;
  }, configured);
}

async function makeBundle(workflowsPath: string, options: BundlerOptions): Promise<string> {
  const { bundleWorkflowCode } = workerSdk();
  const output: string[] = [];
  const quiet = () => undefined;
  const keep = (message: string) => void output.push(message);
  const chain = new ImportChain(options.webpackConfigHook);
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: keep };
  try {
    const { code } = await bundleWorkflowCode({ ...options, webpackConfigHook: chain.webpackConfigHook, logger });
    return code;
  } catch (error) {
    const details = [...output, error instanceof Error ? error.message : String(error)].join('\n');
    throw new WorkflowBundleError(`${workflowsPath} can't be bundled: ${essence(details, chain)}`, details);
  }
}

/** Has webpack tell what it read. */
function withInputs(options: BundlerOptions, tell: (inputs: CompilationInputs) => void): BundlerOptions {
  const { webpackConfigHook } = options;
  const plugin = {
    apply(compiler: Compiler) {
      compiler.hooks.afterCompile.tap('longhaul', (compilation) => {
        if (!compilation.compiler.isChild()) tell(compilation);
      });
    },
  };
  return {
    ...options,
    webpackConfigHook(config) {
      const hooked = webpackConfigHook?.(config) ?? config;
      return { ...hooked, plugins: [...(hooked.plugins ?? []), plugin] };
    },
  };
}

interface Compiler {
  hooks: { afterCompile: { tap: (name: string, told: (compilation: Compilation) => void) => void } };
  isChild: () => boolean;
}

type Compilation = CompilationInputs & { compiler: Compiler };

/** Plain data alone: an instance of a class would lose its methods on the way to another process or to a file. */
export function isPlainData(value: unknown): boolean {
  if (typeof value === 'function') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isPlainData);
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isPlainData);
}

/** The one line of a bundler's output that names the cause. */
function essence(details: string, chain: ImportChain): string {
  const disallowed = [...details.matchAll(/^ {2}- '(.+)'$/gm)].map((match) => match[1] ?? '');
  const scheme = /Reading from "(node:[^"]+)" is not handled/.exec(details)?.[1];
  const [first = scheme, ...more] = disallowed;
  if (first !== undefined) {
    const names = [first, ...more].join(', ');
    return `it imports ${names}, which workflow code must not use (import activities as types only)${via(chain.to(first))}.`;
  }
  const lines = details.split('\n').map((line) => line.replace(/\u001b\[\d+m/g, '').trim());
  const syntax = lines.findIndex((line) => /^(?:Error: +)?[×x] /.test(line));
  if (syntax !== -1) {
    const place = /\[(.+:\d+:\d+)\]/.exec(lines.slice(syntax, syntax + 6).join('\n'))?.[1];
    const what = (lines[syntax] ?? '').replace(/^(?:Error: +)?[×x] /, '');
    return `${what}${place === undefined ? '' : ` at ${place}`}`;
  }
  const cause = lines.find((line) => /^Module (?:not found|parse failed|build failed)/.test(line));
  return `${(cause ?? lines[0] ?? 'unknown cause').replace(/^Module not found: Error: /, '')}${via(chain.toError())}`;
}

/** How the workflow file comes to import something; nothing where it does so itself. */
function via(files: readonly string[]): string {
  return files.length > 1 ? `: ${files.join(' imports ')} imports it` : '';
}
