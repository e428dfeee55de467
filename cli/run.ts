import type { OperatedWorkflow } from '../client';
import { unlessAborted } from '../config/unless-aborted';
import type { Io, Status } from './io';
import { openClient, serverOptions, serverUsage } from './open-client';
import { parse, UsageError } from './parse';
import type { RunResult } from './run-result';

const usage = `Usage: longhaul run <workflowId> <command> [options]

Operates one longRunning workflow, whichever run of it is open. It needs a worker.

  status                                   what it says of itself
  pause                                    hand out no more items; what comes in is kept
  resume                                   end a pause
  dead-letters list                        items whose handling failed
  dead-letters redrive --all | --id ID…    put them back into their inboxes
  dead-letters drop --all | --id ID…       drop them for good

  --all               all dead letters
  --id ID             of a letter or of its item; again for more
  --json              print one JSON object
${serverUsage}
  --help              show this

Exit status: 0 done, 1 a dead letter could not be put back, 2 wrong use, 3 no server, or no worker that answers.`;

const options = {
  ...serverOptions,
  all: { type: 'boolean' },
  id: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Done = Omit<RunResult, 'schema' | 'ok' | 'workflowId'>;

const commands = [
  'status',
  'pause',
  'resume',
  'dead-letters list',
  'dead-letters redrive',
  'dead-letters drop',
] as const;

export async function run(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  const [workflowId, ...words] = positionals;
  if (!workflowId) throw new UsageError('name a workflow id and a command. See --help.');
  const command = commands.find((known) => known === words.join(' '));
  if (command === undefined) {
    const given = words.length === 0 ? 'no command was given' : `${JSON.stringify(words.join(' '))} is no command`;
    throw new UsageError(`${given}; use ${commands.join(', ')}.`);
  }
  const { all = false, id = [] } = values;
  const selects = command === 'dead-letters redrive' || command === 'dead-letters drop';
  if (selects && all === id.length > 0) throw new UsageError(`${command} takes either --all or --id ID.`);
  if (!selects && (all || id.length > 0)) throw new UsageError(`${command} takes neither --all nor --id.`);

  const { loadConfig } = await import('../config/load-config.js');
  const { ServerError } = await import('../config/server-error.js');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config === undefined ? {} : { file: values.config }) });
  const { client, address, namespace, close } = await openClient(io, values, config);
  const { OperatedWorkflow: Operated, OperateError } = await import('../client/index.js');
  const { WorkflowNotFoundError, WorkflowUpdateFailedError } = await import('@temporalio/client');
  try {
    const done = await unlessAborted(io.signal, () =>
      operate(new Operated(client, workflowId), command, all ? { all } : { ids: id }),
    );
    const result: RunResult = {
      schema: 'longhaul.run/1',
      ok: (done.result?.kept.length ?? 0) === 0,
      workflowId,
      ...done,
    };
    const { runText } = await import('./render/run-text.js');
    io.out(values.json ? JSON.stringify(result) : runText(result));
    return result.ok ? 0 : 1;
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) {
      throw new UsageError(`no workflow ${workflowId} is open in namespace ${namespace}.`, { cause: error });
    }
    if (error instanceof WorkflowUpdateFailedError) {
      throw new UsageError(`${error.cause?.message ?? error.message}.`, { cause: error });
    }
    // A codec that can't decode the answer is not a server that is away.
    if (error instanceof Error && !isServers(error) && !(error instanceof OperateError)) {
      const [why = ''] = error.message.split('\n');
      throw new ServerError(`Could not operate ${workflowId}: ${why.replace(/\.$/, '')}.`, undefined, { cause: error });
    }
    if (!(error instanceof OperateError))
      throw ServerError.from(error, `operate ${workflowId}`, { address, namespace });
    if (error.why === 'not-longhaul' || error.why === 'closed') throw new UsageError(error.message, { cause: error });
    throw new ServerError(error.message, undefined, { cause: error });
  } finally {
    await close();
  }
}

const isServers = (error: Error): boolean =>
  error.name === 'ServiceError' || typeof (error as { code?: unknown }).code === 'number';

async function operate(
  workflow: OperatedWorkflow,
  command: (typeof commands)[number],
  which: { all: true } | { ids: string[] },
): Promise<Done> {
  if (command === 'status') {
    const status = await workflow.status();
    return { command, status, ended: (await workflow.ended()) ?? null };
  }
  if (command === 'pause') return { command, status: await workflow.pause() };
  if (command === 'resume') return { command, status: await workflow.resume() };
  if (command === 'dead-letters list') return { command, deadLetters: [...(await workflow.deadLetters())] };
  const result = command === 'dead-letters redrive' ? await workflow.redrive(which) : await workflow.drop(which);
  return { command, result };
}
