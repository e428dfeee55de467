import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { useTemporaryFolder } from './temporary-folder';

// What is built is a stand-in; the lock, the cache and the processes are real.
describe('the cache', () => {
  const folder = useTemporaryFolder();

  const builder = (buildMs: number): ChildProcess =>
    fork(join(__dirname, 'processes', 'build-once.js'), [folder.path, String(buildMs)], { silent: true });
  const builds = async (): Promise<number> =>
    (await readFile(join(folder.path, 'builds'), 'utf8')).trim().split('\n').length;
  const finished = async (process: ChildProcess): Promise<void> => {
    const [code] = (await once(process, 'exit')) as [number | null];
    assert.equal(code, 0);
  };

  it('is filled once by four processes that ask at the same time', async () => {
    await Promise.all([1, 2, 3, 4].map(() => finished(builder(500))));
    assert.equal(await builds(), 1);
    assert.deepEqual((await readdir(folder.path)).sort(), ['builds', 'fake-1']);
  });

  it('is taken over from a process that was killed while building', async () => {
    const victim = builder(60_000);
    await once(victim, 'message');
    const next = builder(0);
    victim.kill('SIGKILL');
    await finished(next);
    assert.equal(await builds(), 2);
    assert.deepEqual((await readdir(folder.path)).sort(), ['builds', 'fake-1']);
  });

  it('is taken over from another machine that has not beaten for half a minute', async () => {
    await mkdir(folder.path, { recursive: true });
    const lock = join(folder.path, 'fake-1.lock');
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: 'elsewhere', token: 'theirs' }));
    const longAgo = new Date(Date.now() - 31_000);
    await utimes(lock, longAgo, longAgo);
    await finished(builder(0));
    assert.equal(await builds(), 1);
  });

  it('waits, with a line about it, while another machine beats', async () => {
    const lock = join(folder.path, 'fake-1.lock');
    await writeFile(lock, JSON.stringify({ pid: 4711, host: 'elsewhere', token: 'theirs' }));
    const waiting = builder(0);
    const [line] = (await once(waiting.stdout ?? assert.fail(), 'data')) as [Buffer];
    assert.match(line.toString(), /waiting for process 4711, which gets fake-1/);
    const longAgo = new Date(Date.now() - 31_000);
    await utimes(lock, longAgo, longAgo);
    await finished(waiting);
  });
});
