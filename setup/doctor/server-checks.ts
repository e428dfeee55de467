import type { Connected, LoadedConfig } from '../../config';
import { ServerError } from '../../config/server-error';
import { attributeNames } from '../../worker/attributes';
import { AttributeCheck, cloudCommand, createCommand } from '../../worker/attribute-check';
import type { ExportedWorkflows } from './exported-workflows';
import type { DoctorCheck } from './report';
import { healthy, problem, skipped, warning } from './report';
import { compare, numbers } from './semver';

const oldestServer = [1, 24, 0] as const;
const deadlineMs = 10_000;
/** A worker's request waits a minute at most, and is noted when it begins. */
const pollersWithinMs = 90_000;
const most = 1_000;

/** An execution as visibility lists it. */
interface Running {
  type: string;
  taskQueue: string;
  workflowId: string;
}

export class ServerChecks {
  constructor(
    private readonly connected: Connected,
    private readonly config: LoadedConfig,
  ) {}

  /** The server's version. Its namespace is asked for, since most servers tell their version to all. */
  async version(): Promise<string> {
    const { connection, namespace } = this.connected;
    return this.call('ask the server', async () => {
      await connection.workflowService.describeNamespace({ namespace });
      const { serverVersion } = await connection.workflowService.getSystemInfo({});
      return serverVersion;
    });
  }

  server(version: string): DoctorCheck {
    const { address, namespace } = this.connected;
    const at = numbers(version);
    if (at && compare(at, oldestServer) < 0) {
      return warning(
        'server',
        `The server at ${address} is ${version}, older than what longhaul is used with (${oldestServer.join('.')} and newer).`,
        'Update the server before you rely on updates, worker versions or search attributes.',
      );
    }
    return healthy(
      'server',
      `Temporal Server ${version || 'of an unknown version'} at ${address}, namespace ${namespace}`,
    );
  }

  /** Those that the LonghaulPlugin sets on the workflows of the catalog. */
  async searchAttributes(): Promise<DoctorCheck> {
    const { connection, namespace } = this.connected;
    const isSet = Object.values(this.config.catalog ?? {}).some((entry) => entry.expectedMaxDuration !== undefined);
    if (!isSet)
      return skipped('search-attributes', 'No workflow of the catalog has an expectedMaxDuration, so none is set.');
    const there = await AttributeCheck.of(connection, namespace, () => undefined).available();
    if (there === undefined)
      return skipped('search-attributes', 'The server does not tell which search attributes it has.');
    const missing = attributeNames.filter((name) => !there.includes(name));
    if (missing.length === 0) return healthy('search-attributes', attributeNames.join(', '));
    return problem(
      'search-attributes',
      `Namespace ${namespace} lacks ${missing.join(', ')}, so that workflows start without, and their limits are not seen.`,
      `${createCommand(namespace, missing)} (on Temporal Cloud: ${cloudCommand(namespace, missing)})`,
    );
  }

  /** Of the queues on which workflows run, and of the configuration's. */
  async taskQueues(running: readonly Running[], nowMs: number): Promise<DoctorCheck[]> {
    const own = this.config.taskQueue;
    const names = [...new Set([...(own === undefined ? [] : [own]), ...running.map(({ taskQueue }) => taskQueue)])];
    if (names.length === 0) return [skipped('task-queues', 'Nothing runs, and no configuration names a task queue.')];
    const found: DoctorCheck[] = [];
    for (const name of names) {
      const count = running.filter(({ taskQueue }) => taskQueue === name).length;
      const [workflows, activities] = await Promise.all([this.isPolled(name, 1, nowMs), this.isPolled(name, 2, nowMs)]);
      if (!workflows && count > 0) {
        const shown = count === most ? `${count} or more` : String(count);
        found.push(
          problem(
            'task-queues',
            `No worker polls task queue ${name}, on which ${shown} ${count === 1 ? 'workflow runs' : 'workflows run'}.`,
            `Start a worker for ${name}, or see why its workers are gone.`,
          ),
        );
      } else if (name === own && !workflows && !activities) {
        found.push(
          warning(
            'task-queues',
            `No worker polls task queue ${name} of the configuration.`,
            'Start one: longhaul worker, or longhaul dev.',
          ),
        );
      } else if (name === own && workflows && !activities && this.config.activities !== undefined) {
        found.push(
          warning(
            'task-queues',
            `The worker of task queue ${name} takes workflows, and nobody takes its activities.`,
            'Give Worker.create the activities, or start a worker that has them.',
          ),
        );
      }
    }
    if (found.length > 0) return found;
    return [
      healthy(
        'task-queues',
        names.length === 1 ? `workers poll ${names[0] ?? ''}` : `workers poll all ${names.length} task queues`,
      ),
    ];
  }

  /** Types that run on the configuration's task queue and that its workflows do not export. */
  workflowTypes(running: readonly Running[], exported: ExportedWorkflows): DoctorCheck[] {
    const { taskQueue } = this.config;
    if (taskQueue === undefined) return [skipped('workflow-types', 'No configuration names a task queue.')];
    const { types, takesAny } = exported;
    const onQueue = running.filter((one) => one.taskQueue === taskQueue);
    const unknown = takesAny
      ? []
      : [...new Set(onQueue.map(({ type }) => type))].filter((type) => !types.includes(type));
    if (unknown.length === 0)
      return [healthy('workflow-types', `each type that runs on ${taskQueue} is exported (${types.join(', ')})`)];
    return unknown.map((type) => {
      const of = onQueue.filter((one) => one.type === type);
      const near = nearest(type, types);
      return problem(
        'workflow-types',
        `Workflow type ${type} runs on task queue ${taskQueue} (${of.length}, such as ${of[0]?.workflowId ?? ''}), and the workflows of the configuration export ${types.length === 0 ? 'nothing' : `only ${types.join(', ')}`}.`,
        `Export a function named ${type}, or have the client start ${near === undefined ? 'a type that is exported' : near}, or use the task queue of the worker that has it.`,
      );
    });
  }

  /** The newest executions that run. */
  async running(): Promise<Running[]> {
    const { connection, namespace } = this.connected;
    const { executions } = await this.call('list the workflows that run', () =>
      connection.workflowService.listWorkflowExecutions({
        namespace,
        query: "ExecutionStatus = 'Running'",
        pageSize: most,
      }),
    );
    return executions.map(({ type, taskQueue, execution }) => ({
      type: type?.name ?? '',
      taskQueue: taskQueue ?? '',
      workflowId: execution?.workflowId ?? '',
    }));
  }

  private async isPolled(name: string, kind: 1 | 2, nowMs: number): Promise<boolean> {
    const { connection, namespace } = this.connected;
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum itself is in no package of the client
    const taskQueueType = kind as Parameters<typeof connection.workflowService.describeTaskQueue>[0]['taskQueueType'];
    const { pollers } = await this.call(`describe task queue ${name}`, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name },
        taskQueueType: taskQueueType ?? null,
      }),
    );
    return pollers.some(
      ({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000 >= nowMs - pollersWithinMs,
    );
  }

  private async call<T>(doing: string, make: () => Promise<T>): Promise<T> {
    const { connection, address, namespace } = this.connected;
    try {
      return await connection.withDeadline(Date.now() + deadlineMs, make);
    } catch (error) {
      throw ServerError.from(error, doing, { address, namespace });
    }
  }
}

/** The name that differs in case or separators alone, or begins alike. */
function nearest(type: string, types: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/workflow|[^a-z0-9]/g, '');
  return (
    types.find((name) => plain(name) === plain(type)) ??
    types.find((name) => plain(name).startsWith(plain(type).slice(0, 5)))
  );
}
