import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { cacheFolder } from './cache-folder';
import { cached, type Way } from './cached';
import { ServerUnavailableError } from './errors';
import { findOnPath, isExecutable } from './find-on-path';
import { CLI_VERSION, goInstall } from './go-install';
import { mavenFetch, TEST_SERVER_VERSION } from './maven';
import { OutputTail } from './output-tail';
import { logToStderr, type Log } from './progress';
import { binaryName, sdkDownload } from './sdk-download';
import type { ServerKind } from './server-kind';

export interface LocateServerOptions {
  /** @default 'dev' */
  kind?: ServerKind;

  /** Where to look for settings and programs. @default process.env */
  env?: NodeJS.ProcessEnv;

  /** Takes the lines that say what is done. @default writes to stderr */
  log?: Log;
}

/** A server on this machine's disk, not started. */
export interface LocatedServer {
  /** The program to start, and its first arguments. */
  command: string;
  args: readonly string[];

  /** Which way it was found, for people. */
  source: string;
}

interface Plan {
  setting: 'TEMPORAL_CLI_PATH' | 'TEMPORAL_TEST_SERVER_PATH';
  entry: string;
  ways: readonly Way[];
  advice: readonly string[];
}

/**
 * Finds a Temporal server, and gets one into the cache where there is none: call it ahead of a test run, or in the step of
 * a CI job that fills its cache.
 *
 * The dev server: `TEMPORAL_CLI_PATH`, `temporal` on the PATH, the cache, the SDK's own download, `go install`. The
 * time-skipping server: `TEMPORAL_TEST_SERVER_PATH`, the cache, the SDK's own download, Maven.
 *
 * @throws ServerUnavailableError that lists the ways, when none of them works, and when a setting points to nothing usable.
 */
export async function locateServer(options: LocateServerOptions = {}): Promise<LocatedServer> {
  const { kind = 'dev', env = process.env, log = logToStderr } = options;
  return await locateBy(planFor(kind, env), { kind, env, log });
}

/** `locateServer` with the ways to fill the cache as a parameter. */
export async function locateBy(plan: Plan, options: Required<LocateServerOptions>): Promise<LocatedServer> {
  const { kind, env, log } = options;
  const set = env[plan.setting];
  if (set) {
    await refuseUnusable(set, plan.setting, kind);
    return launch(set, plan.setting, env);
  }
  if (kind === 'dev') {
    const onPath = findOnPath('temporal', env);
    if (onPath !== undefined) {
      const wrong = await whyNotTemporal(onPath);
      if (wrong === undefined) return launch(onPath, 'temporal on the PATH', env);
      log(`${onPath} is on the PATH but is not used: ${wrong}.`);
    }
  }
  const found = await cached({ cache: cacheFolder(env), name: plan.entry, ways: plan.ways, log });
  if ('failures' in found) {
    const tried = found.failures.map((failure) => `  - ${failure}`).join('\n');
    const advice = plan.advice.map((line) => `  - ${line}`).join('\n');
    throw new ServerUnavailableError(
      `No Temporal ${kind === 'dev' ? 'dev server' : 'time-skipping server'} was found. Do one of these:\n${advice}\nTried:\n${tried}`,
    );
  }
  const binary = join(found.folder, binaryName(kind));
  const source = found.fresh ? found.manifest.source : `the cache (${found.manifest.source})`;
  return launch(existsSync(binary) ? binary : found.folder, source, env);
}

/** The settings, cache entry and ways of a kind of server. */
export function planFor(kind: ServerKind, env: NodeJS.ProcessEnv): Plan {
  const platform = `${process.platform}-${process.arch}`;
  if (kind === 'dev') {
    return {
      setting: 'TEMPORAL_CLI_PATH',
      entry: `temporal-cli-${CLI_VERSION}-${platform}`,
      ways: [sdkDownload(kind, env), goInstall(env)],
      advice: [
        'set LONGHAUL_TEST_ADDRESS to the address of a Temporal server for tests that is running',
        'set TEMPORAL_CLI_PATH to a Temporal CLI',
        'put `temporal` on the PATH',
        `restore the cache, ${cacheFolder(env)}, from a machine that has it`,
        'allow the download that the SDK makes',
        'install Go, with access to its module proxy',
      ],
    };
  }
  return {
    setting: 'TEMPORAL_TEST_SERVER_PATH',
    entry: `temporal-test-server-${TEST_SERVER_VERSION}-${platform}`,
    ways: [sdkDownload(kind, env), mavenFetch(env)],
    advice: [
      'set TEMPORAL_TEST_SERVER_PATH to a temporal-test-server, or to a folder with its jars',
      `restore the cache, ${cacheFolder(env)}, from a machine that has it`,
      'allow the download that the SDK makes',
      'install Java and Maven, with access to a Maven repository',
    ],
  };
}

async function refuseUnusable(path: string, setting: string, kind: ServerKind): Promise<void> {
  const refuse = (why: string): never => {
    throw new ServerUnavailableError(`${setting} is ${path}, which ${why}.`);
  };
  if (!existsSync(path)) refuse('does not exist');
  const isJars = kind === 'time-skipping' && statSync(path).isDirectory();
  if (isJars) return;
  if (!isExecutable(path)) refuse('is not an executable file');
  if (kind !== 'dev') return;
  const wrong = await whyNotTemporal(path);
  if (wrong !== undefined) refuse(`is not a Temporal CLI: ${wrong}`);
}

/** Asks a binary for its version, since many programs could be called `temporal`. */
async function whyNotTemporal(path: string): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const child = spawn(path, ['--version'], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
    const output = new OutputTail([child.stdout, child.stderr]);
    child.once('error', (error) => resolve(error.message));
    child.once('close', () => {
      const said = output.text.trim();
      if (said.startsWith('temporal version')) resolve(undefined);
      else resolve(`to --version it answered ${JSON.stringify(said.slice(0, 80))}`);
    });
  });
}

function launch(path: string, source: string, env: NodeJS.ProcessEnv): LocatedServer {
  if (!statSync(path).isDirectory()) return { command: path, args: [], source };
  const java = findOnPath('java', env);
  if (java === undefined) {
    throw new ServerUnavailableError(`The time-skipping server (${source}) needs java, which is not on the PATH.`);
  }
  return { command: java, args: ['-cp', join(path, '*'), 'io.temporal.testserver.TestServer'], source };
}
