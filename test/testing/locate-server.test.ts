import assert from 'node:assert/strict';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

import { ServerUnavailableError } from '../../testing';
import type { Way } from '../../testing/cached';
import { goInstall } from '../../testing/go-install';
import { locateBy, locateServer, planFor, type LocatedServer } from '../../testing/locate-server';
import { mavenFetch } from '../../testing/maven';

import { FAKE_CLI, fakeProgram } from './fake-program';
import { useTemporaryFolder } from './temporary-folder';

// The programs are stand-ins: real ones are a quarter of a gigabyte and minutes away.
describe('locateServer', () => {
  const folder = useTemporaryFolder();
  const lines: string[] = [];
  const log = (line: string): number => lines.push(line);
  const systemPath = ['/usr/bin', '/bin'].join(delimiter);
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    lines.length = 0;
    env = { PATH: join(folder.path, 'bin'), LONGHAUL_CACHE_DIR: join(folder.path, 'cache') };
  });

  /** Without the SDK's own download, which works on machines with internet access. */
  const locate = (ways: readonly Way[] = [goInstall(env)]): Promise<LocatedServer> =>
    locateBy({ ...planFor('dev', env), ways }, { kind: 'dev', env, log });

  const fakeGo = (): Promise<string> => {
    env.PATH = [join(folder.path, 'bin'), systemPath].join(delimiter);
    return fakeProgram(
      join(folder.path, 'bin', 'go'),
      `printf '#!/bin/sh\\n# %s\\n' "$*" > "$GOBIN/temporal" && chmod +x "$GOBIN/temporal" && mkdir -p "$GOPATH/left"`,
    );
  };

  it('takes TEMPORAL_CLI_PATH before temporal on the PATH', async () => {
    const set = await fakeProgram(join(folder.path, 'set', 'temporal'), FAKE_CLI);
    await fakeProgram(join(folder.path, 'bin', 'temporal'), FAKE_CLI);
    env.TEMPORAL_CLI_PATH = set;
    assert.deepEqual(await locate(), { command: set, args: [], source: 'TEMPORAL_CLI_PATH' });
  });

  it('takes temporal on the PATH before the cache', async () => {
    await fakeGo();
    await locate();
    const onPath = await fakeProgram(join(folder.path, 'bin', 'temporal'), FAKE_CLI);
    assert.deepEqual(await locate(), { command: onPath, args: [], source: 'temporal on the PATH' });
  });

  it('passes over a temporal on the PATH that is another program, and says so', async () => {
    await fakeGo();
    await fakeProgram(join(folder.path, 'bin', 'temporal'), 'echo "Usage: temporal clause"');
    assert.match((await locate()).source, /^go install/);
    assert.match(lines.join('\n'), /is on the PATH but is not used: to --version it answered "Usage: temporal clause"/);
  });

  it('builds with Go once, then takes the cache', async () => {
    await fakeGo();
    const built = await locate();
    assert.match(built.source, /^go install .*@v1\.5\.1$/);
    assert.match(lines.join('\n'), /go install .* \(about 3 minutes on two cores\) …/);
    const again = await locate([]);
    assert.deepEqual(again, { ...built, source: `the cache (${built.source})` });
  });

  for (const [what, damage, reason] of [
    ['was cut short', (path: string) => truncate(path, 5), /temporal has 5 bytes, not \d+/],
    [
      'was changed in place',
      async (path: string) => writeFile(path, (await readFile(path, 'utf8')).replace('#', '?')),
      /temporal does not have the checksum that it was stored with/,
    ],
    [
      'is of another version',
      async (path: string) => {
        const manifest = join(dirname(path), 'manifest.json');
        await writeFile(
          manifest,
          (await readFile(manifest, 'utf8')).replace('temporal-cli-1.5.1', 'temporal-cli-1.0.0'),
        );
      },
      /it holds temporal-cli-1\.0\.0/,
    ],
    [
      'has an unreadable manifest',
      (path: string) => writeFile(join(dirname(path), 'manifest.json'), '{'),
      /its manifest can't be read/,
    ],
  ] as const) {
    it(`builds again, with a line about it, when the cached server ${what}`, async () => {
      await fakeGo();
      const { command } = await locate();
      const whole = await readFile(command, 'utf8');
      await damage(command);
      assert.match((await locate()).source, /^go install/);
      assert.equal(await readFile(command, 'utf8'), whole);
      assert.match(lines.join('\n'), reason);
    });
  }

  it('fetches the time-skipping server with Maven, and runs its jars with java', async () => {
    env.PATH = [join(folder.path, 'bin'), systemPath].join(delimiter);
    const java = await fakeProgram(join(folder.path, 'bin', 'java'), 'true');
    await fakeProgram(
      join(folder.path, 'bin', 'mvn'),
      'for arg in "$@"; do case "$arg" in -DoutputDirectory=*) echo jar > "${arg#*=}/server.jar";; esac; done',
    );
    const plan = { ...planFor('time-skipping', env), ways: [mavenFetch(env)] };
    const { command, args, source } = await locateBy(plan, { kind: 'time-skipping', env, log });
    assert.equal(command, java);
    assert.equal(args.at(-1), 'io.temporal.testserver.TestServer');
    assert.match(source, /^Maven's io\.temporal:temporal-test-server:/);
  });

  it('lists every way, and why each failed, when none works', async () => {
    await fakeProgram(join(folder.path, 'bin', 'go'), 'echo "dial tcp: no route to host" >&2; exit 1');
    env.PATH = [join(folder.path, 'bin'), systemPath].join(delimiter);
    await assert.rejects(locate(), (error: unknown) => {
      assert(error instanceof ServerUnavailableError);
      for (const way of [
        'LONGHAUL_TEST_ADDRESS',
        'TEMPORAL_CLI_PATH',
        'on the PATH',
        'cache',
        'download',
        'install Go',
      ]) {
        assert(error.message.includes(way), way);
      }
      assert.match(error.message, /ended with status 1:\n\s+dial tcp: no route to host/);
      return true;
    });
  });

  it('says that Go is missing', () => assert.rejects(locate(), /there is no go on the PATH/));

  for (const [what, path, reason] of [
    ['does not exist', () => join(folder.path, 'nothing'), /TEMPORAL_CLI_PATH is .*nothing, which does not exist\.$/],
    ['is a folder', () => folder.path, /which is not an executable file\.$/],
    [
      'is another program',
      () => fakeProgram(join(folder.path, 'other'), 'echo other'),
      /which is not a Temporal CLI: to --version it answered "other"\.$/,
    ],
  ] as const) {
    it(`refuses a TEMPORAL_CLI_PATH that ${what}, although there are other ways`, async () => {
      await fakeProgram(join(folder.path, 'bin', 'temporal'), FAKE_CLI);
      env.TEMPORAL_CLI_PATH = await path();
      await assert.rejects(locateServer({ env, log }), { name: 'ServerUnavailableError', message: reason });
    });
  }

  it('refuses a TEMPORAL_TEST_SERVER_PATH that does not exist', async () => {
    env.TEMPORAL_TEST_SERVER_PATH = join(folder.path, 'nothing');
    await assert.rejects(locateServer({ kind: 'time-skipping', env, log }), /TEMPORAL_TEST_SERVER_PATH is .*nothing/);
  });
});
