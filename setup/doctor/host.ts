import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPackage } from './packages';
import type { DoctorCheck } from './report';
import { healthy, problem, warning } from './report';
import { inRange } from './semver';
import { upwards } from '../init/project';

/** What doctor knows of the process and the machine it runs on. */
export interface Host {
  /** As `process.version`. */
  node: string;
  platform: NodeJS.Platform;
  arch: string;
  /** The version of glibc; undefined where the C library is another. */
  glibc: string | undefined;
}

export function thisHost(): Host {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const { version: node, platform, arch } = process;
  return { node, platform, arch, glibc: header.glibcVersionRuntime };
}

const floor = '>=20.19';

export function checkNode({ node }: Host, folder: string): DoctorCheck {
  const version = node.replace(/^v/, '');
  if (inRange(node, floor) === false) {
    return problem(
      'node',
      `Node ${version} is older than longhaul and the Temporal SDK support.`,
      'Use Node 20.19 or newer, best an even major that is maintained.',
    );
  }
  const { engines } = readPackage(folder) as { engines?: { node?: string } };
  if (engines?.node !== undefined && inRange(node, engines.node) === false) {
    return problem(
      'node',
      `This is Node ${version}, and package.json asks for ${engines.node}.`,
      `Run with a Node that is ${engines.node}, since values that workflows compute may differ between majors.`,
    );
  }
  return healthy('node', `Node ${version}`);
}

/** Whether the native core is built for such a machine. */
export const isServed = (host: Host): boolean => checkLibc(host).status === 'ok';

/** The native core is built for glibc from 2.17 on; Alpine has musl. */
export function checkLibc({ platform, arch, glibc }: Host): DoctorCheck {
  const targets: readonly string[] = ['linux x64', 'linux arm64', 'darwin x64', 'darwin arm64', 'win32 x64'];
  if (!targets.includes(`${platform} ${arch}`)) {
    return problem(
      'libc',
      `The SDK's native core is not built for ${platform} on ${arch}.`,
      'Run workers on Linux, macOS or Windows on x64, or on Linux or macOS on arm64.',
    );
  }
  if (platform !== 'linux') return healthy('libc', `${platform} on ${arch}`);
  if (glibc === undefined) {
    return problem(
      'libc',
      "This Linux has musl or another C library, and the SDK's native core needs glibc.",
      'Use an image on glibc, such as node:22-bookworm-slim, instead of Alpine.',
    );
  }
  return healthy('libc', `glibc ${glibc} on ${arch}`);
}

/** Under Yarn's Plug'n'Play packages are found by processes alone that Yarn starts. */
export function checkPackageManager(folder: string): DoctorCheck {
  const at = upwards(folder, (here) => existsSync(join(here, '.pnp.cjs')) || existsSync(join(here, '.pnp.js')));
  const hasModules = upwards(folder, (here) => existsSync(join(here, 'node_modules'))) !== undefined;
  if (at !== undefined) {
    if (process.versions.pnp !== undefined) return healthy('package-manager', "packages come by Yarn's Plug'n'Play");
    return problem(
      'package-manager',
      `${at} is installed by Yarn's Plug'n'Play, without which this process was started, so that it finds no package.`,
      'Run yarn longhaul, or set nodeLinker: node-modules in .yarnrc.yml and run yarn install.',
    );
  }
  if (!hasModules)
    return warning('package-manager', 'There is no node_modules, here or above.', 'Install the dependencies first.');
  return healthy('package-manager', 'packages are in node_modules');
}

/**
 * What this Node has and the sandbox hands to workflows as it is. `Temporal.Now` reads the worker's clock.
 *
 * @param makesTemporal Whether a new context has `Temporal`: Node 26 and newer, or with `--harmony-temporal`.
 * @param overrides What the SDK replaces in the sandbox, as source.
 */
export function checkSandbox({ node }: Host, makesTemporal: boolean, overrides: string | undefined): DoctorCheck {
  if (overrides === undefined)
    return { check: 'sandbox', status: 'skipped', message: '@temporalio/workflow is not installed.', fix: null };
  if (makesTemporal && !/\bTemporal\b/.test(overrides)) {
    return warning(
      'sandbox',
      `Node ${node.replace(/^v/, '')} gives workflows Temporal.Now, which the SDK's sandbox does not replace: it reads the worker's own clock, and a replay another.`,
      'Have longhaul lint in CI, whose rule no-wall-clock-leak finds it, and use workflowNow(); or run workers on Node 24 without --harmony-temporal.',
    );
  }
  return healthy('sandbox', 'this Node adds no clock to workflows that the SDK leaves in place');
}
