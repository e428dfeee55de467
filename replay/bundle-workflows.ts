import { stat } from 'node:fs/promises';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { ImportChain } from './import-chain';

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

/**
 * Bundles workflow code as a worker with these options would.
 *
 * @throws WorkflowBundleError if the file is missing or can't be bundled.
 */
export async function bundleWorkflows(workflowsPath: string, options: ReplayWorkerOptions): Promise<string> {
  if (!(await stat(workflowsPath).catch(() => undefined))) {
    throw new WorkflowBundleError(`The workflow file ${workflowsPath} does not exist.`, '');
  }
  const { bundleWorkflowCode } = await import('@temporalio/worker'); // loads the native core: only when needed
  const { dataConverter, interceptors, bundlerOptions, plugins } = options;
  const output: string[] = [];
  const quiet = () => undefined;
  const keep = (message: string) => void output.push(message);
  const chain = new ImportChain(bundlerOptions?.webpackConfigHook);
  const logger = { log: quiet, trace: quiet, debug: quiet, info: quiet, warn: quiet, error: keep };
  try {
    const { code } = await bundleWorkflowCode({
      ...bundlerOptions,
      webpackConfigHook: chain.webpackConfigHook,
      workflowsPath,
      logger,
      ...(interceptors?.workflowModules && { workflowInterceptorModules: interceptors.workflowModules }),
      ...(dataConverter?.payloadConverterPath && { payloadConverterPath: dataConverter.payloadConverterPath }),
      ...(dataConverter?.failureConverterPath && { failureConverterPath: dataConverter.failureConverterPath }),
      // A plugin of workers is asked to configure the bundler too, as the worker does.
      ...(plugins && { plugins: plugins }),
    });
    return code;
  } catch (error) {
    const details = [...output, error instanceof Error ? error.message : String(error)].join('\n');
    throw new WorkflowBundleError(`${workflowsPath} can't be bundled: ${essence(details, chain)}`, details);
  }
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
