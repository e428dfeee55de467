import type { Connection } from '@temporalio/client';
import {
  ConfigError,
  defaultExport,
  type LoadedConfig,
  loadModule,
  provideActivities,
  ServerError,
  whyNotLoaded,
  workerOptionsOf,
} from '../config';
import { fetchChain, type FetchedRun, type Recorder } from '../replay';
import { installQuietRuntime } from '../replay/engine/quiet-runtime';
import type { Scenario } from '../testing';
import type { Io } from './io';
import { UsageError } from './parse';
import type { RecordReport } from './record-report';

interface To {
  recorder: Recorder;
  report: RecordReport;
  io: Io;
}

/** Plays each scenario of a file, and records the chains of its workflow and of the children. */
export async function recordScenarios(path: string, shown: string, config: LoadedConfig, to: To): Promise<void> {
  const { checkScenarios, RecordingError, runScenario, ServerUnavailableError } = await import('../testing/index.js');
  const scenarios = await load(path, shown, checkScenarios);
  const provided =
    config.activities === undefined || scenarios.every(({ activities }) => activities)
      ? undefined
      : await provideActivities(config.activities, 'longhaul.config.ts');
  let runtime: ReturnType<typeof installQuietRuntime>;
  try {
    const { LonghaulPlugin } = await import('../worker/index.js');
    const {
      longhaul,
      plugins = [],
      ...options
    } = await workerOptionsOf({ ...config, taskQueue: config.taskQueue ?? 'scenario' });
    const worker = {
      ...options,
      ...(provided && { activities: provided.activities }),
      plugins: plugins.some(({ name }) => name === 'longhaul')
        ? plugins
        : [...plugins, new LonghaulPlugin({ ...longhaul, warn: () => undefined })],
    };
    for (const scenario of scenarios) {
      to.io.progress(`playing '${scenario.name}'`);
      runtime = installQuietRuntime() ?? runtime;
      const chains = await runScenario(
        scenario,
        { worker, log: to.io.err, signal: to.io.signal },
        ({ workflows }, connection) => chainsOf(workflows, connection),
      );
      for (const runs of chains) {
        for (const [index, run] of runs.entries())
          to.report.add(await to.recorder.record(run, index + 1, scenario.name));
      }
    }
  } catch (error) {
    if (error instanceof RecordingError || error instanceof TypeError)
      throw new UsageError(`${error.message}.`, { cause: error });
    if (error instanceof ServerUnavailableError) throw new ServerError(error.message, undefined, { cause: error });
    throw error;
  } finally {
    await runtime?.shutdown(); // of a scenario whose server did not start nobody used it
    await provided?.close();
  }
}

async function load(
  path: string,
  shown: string,
  check: (file: string, exported: unknown) => Scenario[],
): Promise<Scenario[]> {
  let exported: unknown;
  try {
    exported = defaultExport((await loadModule(path)).exported);
  } catch (cause) {
    throw new ConfigError(`${shown} can't be loaded: ${whyNotLoaded(cause, path)}`, { cause });
  }
  try {
    return check(shown, exported);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`${error.message}.`, { cause: error });
    throw error;
  }
}

/** The chains of workflows and of all that they started. */
async function chainsOf(
  from: readonly { workflowId: string; runId: string }[],
  connection: Connection,
): Promise<FetchedRun[][]> {
  const chains: FetchedRun[][] = [];
  const waiting = [...from];
  const seen = new Set<string>();
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (seen.has(next.runId)) continue;
    const { runs } = await fetchChain(connection.workflowService, 'default', { ...next, most: 1_000 });
    chains.push(runs);
    for (const { runId, history } of runs) {
      seen.add(runId);
      for (const { childWorkflowExecutionStartedEventAttributes: started } of history.events ?? []) {
        const { workflowId, runId: child } = started?.workflowExecution ?? {};
        if (workflowId && child) waiting.push({ workflowId, runId: child });
      }
    }
  }
  return chains;
}
