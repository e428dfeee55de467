import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runInNewContext } from 'node:vm';
import type { ConnectOptions, LoadedConfig } from '../../config';
import {
  addCommand,
  ConfigError,
  connect,
  loadConfig,
  missingPackage,
  nativeCoreTrouble,
  ServerError,
} from '../../config';
import { upwards } from '../init/project';
import type { ExportedWorkflows } from './exported-workflows';
import { exportedWorkflows } from './exported-workflows';
import type { Host } from './host';
import { checkLibc, checkNode, checkPackageManager, checkSandbox, thisHost } from './host';
import { installedPackages, locate } from './packages';
import type { DoctorCheck, DoctorReport } from './report';
import { healthy, problem, skipped, warning } from './report';
import { checkNativeCore, checkProtobuf, checkSdkCopies, checkSdkVersions } from './sdk-checks';
import { ServerChecks } from './server-checks';

export interface DoctorOptions {
  /** The project, or a folder in it. @default process.cwd() */
  cwd?: string;

  /** The configuration's file. @default found in `cwd` or above */
  config?: string;

  /** How to connect, or false to leave the server out. @default as the environment says */
  server?: ConnectOptions | false;

  /** What it runs on. @default this process and machine */
  host?: Host;
}

/**
 * Looks for what hinders a Temporal project here: the machine, the packages, the configuration, and, where one answers, the
 * server. A server that does not answer is a finding, not an error.
 *
 * @throws SetupError where a package.json is no JSON.
 * @throws ConfigError where `config`, or Temporal's own environment configuration, can't be read.
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const { cwd = process.cwd(), server = {}, host = thisHost() } = options;
  const folder = upwards(cwd, (at) => existsSync(join(at, 'package.json'))) ?? cwd;
  const checks: DoctorCheck[] = [
    checkNode(host, folder),
    checkLibc(host),
    checkPackageManager(folder),
    ...(await packageChecks(folder, host)),
  ];

  const { config, checks: ofConfig, exported } = await configuration(cwd, options.config);
  checks.push(...ofConfig);
  const asked = server === false ? undefined : await askServer(server, config, exported, cwd);
  checks.push(...(asked?.checks ?? withoutServer('The server was left out.')));
  return {
    schema: 'longhaul.doctor/1',
    ok: checks.every(({ status }) => status !== 'problem'),
    project: folder,
    server: asked?.server ?? null,
    checks,
  };
}

async function packageChecks(folder: string, host: Host): Promise<DoctorCheck[]> {
  const packages = installedPackages(folder);
  const workflow = locate('@temporalio/workflow', folder);
  const overrides =
    workflow && (await readFile(join(workflow, 'lib/global-overrides.js'), 'utf8').catch(() => undefined));
  const makesTemporal = runInNewContext('typeof Temporal') === 'object';
  return [
    checkSdkVersions(packages),
    ...checkSdkCopies(packages, folder),
    await checkProtobuf(folder),
    await checkNativeCore(folder, host),
    checkSandbox(host, makesTemporal, overrides),
  ];
}

async function configuration(
  cwd: string,
  file: string | undefined,
): Promise<{ config: LoadedConfig; checks: DoctorCheck[]; exported: ExportedWorkflows | string }> {
  const none: LoadedConfig = { folder: cwd, sources: [], histories: [] };
  let config: LoadedConfig;
  try {
    config = await loadConfig({ cwd, ...(file === undefined ? {} : { file }) });
  } catch (error) {
    if (!(error instanceof ConfigError) || file !== undefined) throw error;
    const checks = [
      problem('configuration', error.message, 'Mend the configuration; docs/config.md has its fields.'),
      skipped('workflows', 'The configuration can not be read.'),
    ];
    return { config: none, checks, exported: 'the configuration can not be read' };
  }
  if (config.file === undefined) {
    const checks = [
      warning('configuration', 'There is no longhaul.config.ts, here or above.', 'longhaul init writes one.'),
      skipped('workflows', 'No configuration names the workflow file.'),
    ];
    return { config, checks, exported: 'no configuration names the workflow file' };
  }
  const found = healthy('configuration', relative(cwd, config.file));
  const { workflowsPath } = config;
  if (workflowsPath === undefined) {
    const why = 'the configuration names no workflow file';
    return { config, checks: [found, skipped('workflows', `T${why.slice(1)}.`)], exported: why };
  }
  try {
    const exported = await exportedWorkflows({ ...config, workflowsPath });
    const names = exported.types.length === 0 ? 'a default export' : exported.types.join(', ');
    const bundled =
      exported.types.length === 0 && !exported.takesAny
        ? problem(
            'workflows',
            `${relative(cwd, workflowsPath)} exports no function, so the worker knows no workflow.`,
            'Export the workflow functions from it.',
          )
        : healthy('workflows', `${relative(cwd, workflowsPath)} exports ${names}`);
    return { config, checks: [found, bundled], exported };
  } catch (error) {
    if (nativeCoreTrouble(error) !== undefined) {
      const without = skipped('workflows', 'They can not be bundled without the native core.');
      return { config, checks: [found, without], exported: 'the workflows can not be bundled without the native core' };
    }
    const message =
      (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replaceAll(`${cwd}/`, '') ?? '';
    const sentence = message.endsWith('.') ? message : `${message}.`;
    const checks = [found, problem('workflows', sentence, 'Mend the workflow file: the worker can not start with it.')];
    return { config, checks, exported: 'the workflows can not be loaded' };
  }
}

const withoutServer = (why: string): DoctorCheck[] => [
  skipped('server', why),
  skipped('search-attributes', why),
  skipped('task-queues', why),
  skipped('workflow-types', why),
];

async function askServer(
  how: ConnectOptions,
  config: LoadedConfig,
  exported: ExportedWorkflows | string,
  cwd: string,
): Promise<{ checks: DoctorCheck[]; server: DoctorReport['server'] }> {
  let connected: Awaited<ReturnType<typeof connect>> | undefined;
  try {
    connected = await connect(how);
    const { address, namespace } = connected;
    const on = new ServerChecks(connected, config);
    const version = await on.version();
    const running = await on.running();
    const checks = [
      on.server(version),
      await on.searchAttributes(),
      ...(await on.taskQueues(running, Date.now())),
      ...(typeof exported === 'string'
        ? [skipped('workflow-types', `Not compared, since ${exported}.`)]
        : on.workflowTypes(running, exported)),
    ];
    return { checks, server: { address, namespace, version } };
  } catch (error) {
    if (error instanceof ServerError) return { checks: unreachable(error), server: null };
    const missing = missingPackage(error);
    if (missing === undefined) throw error;
    const why = `The server can not be asked: ${missing} is not installed, by which commands connect.`;
    const first = problem('server', why, `${addCommand(cwd, [missing])}, or doctor --offline.`);
    return { checks: [first, ...withoutServer('The server could not be asked.').slice(1)], server: null };
  } finally {
    await connected?.close();
  }
}

function unreachable({ message, code }: ServerError): DoctorCheck[] {
  // The message has the fix where there is one to give.
  const [what = message, fix] = message.split(/(?<=\.) (?=Start one|Check )/);
  const first = problem(
    'server',
    what,
    fix ??
      (code === 5
        ? 'Create the namespace (temporal operator namespace create), or set TEMPORAL_NAMESPACE.'
        : 'See what the server and the network between say.'),
  );
  return [first, ...withoutServer('The server could not be asked.').slice(1)];
}
