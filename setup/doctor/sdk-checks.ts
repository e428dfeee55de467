import { execFile } from 'node:child_process';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Host } from './host';
import { isServed } from './host';
import type { Installed } from './packages';
import { locate } from './packages';
import type { DoctorCheck } from './report';
import { healthy, problem, skipped, warning } from './report';
import { inRange } from './semver';

const supported = '>=1.20.0 <2';
/** Packages that are released with the SDK, under its version. */
const core =
  /^@temporalio\/(?:activity|client|cloud|common|core-bridge|envconfig|interceptors-opentelemetry|nexus|plugin|proto|testing|worker|workflow)$/;

export function checkSdkVersions(packages: readonly Installed[]): DoctorCheck {
  const sdk = packages.filter(({ name }) => core.test(name));
  if (sdk.length === 0) {
    return problem(
      'sdk-versions',
      "None of Temporal's packages is installed here.",
      'Install the dependencies, or run longhaul doctor in the folder of the package that has them.',
    );
  }
  const byVersion = new Map<string, Set<string>>();
  for (const { name, version } of sdk) byVersion.set(version, (byVersion.get(version) ?? new Set()).add(name));
  const [newest = ''] = [...byVersion.keys()].sort((a, b) => (inRange(a, `>=${b}`) === true ? -1 : 1));
  if (byVersion.size > 1) {
    const list = [...byVersion]
      .map(([version, names]) => `${version} (${[...names].map(short).join(', ')})`)
      .join(' and ');
    return problem(
      'sdk-versions',
      `Temporal's packages are of different versions: ${list}.`,
      `Set all @temporalio/* in package.json to one version, such as ${newest}, and install anew.`,
    );
  }
  if (inRange(newest, supported) === false) {
    return problem(
      'sdk-versions',
      `Temporal's packages are ${newest}, and longhaul supports ${supported}.`,
      'Update all @temporalio/* packages together.',
    );
  }
  return healthy('sdk-versions', `Temporal's packages are ${newest}`);
}

export function checkSdkCopies(packages: readonly Installed[], folder: string): DoctorCheck[] {
  const names = [...new Set(packages.map(({ name }) => name))].filter((name) => name.startsWith('@temporalio/'));
  const several = names.flatMap((name) => {
    const copies = packages.filter((one) => one.name === name);
    return copies.length > 1 ? [{ name, copies }] : [];
  });
  if (several.length === 0) return [healthy('sdk-copies', "one copy of each of Temporal's packages")];
  return several.map(({ name, copies }) => {
    const list = copies.map(
      ({ version, folder: at, wantedBy }) => `${version} in ${relative(folder, at)} for ${wantedBy.join(', ')}`,
    );
    return problem(
      'sdk-copies',
      `${name} is here ${copies.length} times (${list.join('; ')}), so that what one copy makes the other does not know.`,
      `Bring all to one version: npm ls ${name} (pnpm why, yarn why) shows who asks for which, and overrides or resolutions in package.json decide.`,
    );
  });
}

/** Whether the SDK reads histories of JSON: the copies of protobufjs that read and that define them must be one. */
export async function checkProtobuf(folder: string): Promise<DoctorCheck> {
  const worker = locate('@temporalio/worker', folder) ?? folder;
  const common = locate('@temporalio/common', folder) ?? locate('@temporalio/common', worker);
  if (common === undefined) return skipped('protobufjs', '@temporalio/common is not installed.');
  const script = `require(${JSON.stringify(join(common, 'lib/proto-utils'))}).historyFromJSON({ events: [] })`;
  const failed = await run(script, folder);
  if (failed === undefined) return healthy('protobufjs', 'the SDK reads histories of JSON');
  if (!/must be a Type|protobufjs/.test(failed))
    return skipped('protobufjs', `The SDK's historyFromJSON could not be tried: ${failed}`);
  return warning(
    'protobufjs',
    `There are several copies of protobufjs, for which the SDK's historyFromJSON and historyToJSON throw (${failed}); longhaul replay reads JSON histories all the same.`,
    'Add protobufjs@^8.7.1 to your dependencies, so that it is the copy that all find.',
  );
}

/** Whether the native core can be loaded, tried in a process of its own since it may take that down with it. */
export async function checkNativeCore(folder: string, host: Host): Promise<DoctorCheck> {
  const worker = locate('@temporalio/worker', folder);
  const bridge = worker === undefined ? undefined : locate('@temporalio/core-bridge', worker);
  if (worker === undefined)
    return skipped(
      'native-core',
      '@temporalio/worker is not installed here, and whoever only starts workflows needs none.',
    );
  if (bridge === undefined)
    return problem(
      'native-core',
      '@temporalio/core-bridge is not installed beside @temporalio/worker.',
      'Install the dependencies anew, without leaving out what workers need.',
    );
  const failed = await run(`require(${JSON.stringify(bridge)})`, folder);
  if (failed === undefined) return healthy('native-core', "the SDK's native core loads");
  return problem(
    'native-core',
    `The SDK's native core can't be loaded: ${failed}`,
    isServed(host)
      ? 'Install the dependencies anew on this very platform: node_modules of another system or image does not serve.'
      : 'It is built for none such: see libc above.',
  );
}

async function run(script: string, cwd: string): Promise<string | undefined> {
  try {
    await promisify(execFile)(process.execPath, ['-e', script], { cwd, timeout: 60_000 });
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    const line = /^(?:\w*Error\b.*?: )(.+)$/m.exec(stderr)?.[1] ?? stderr.trim().split('\n').at(-1) ?? message;
    return `${line.replace(/\.$/, '')}.`;
  }
}

const short = (name: string): string => name.replace('@temporalio/', '');
