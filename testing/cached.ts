import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { check, seal, type Manifest } from './cache-entry';
import { messageOf } from './errors';
import { withLock } from '../config/lock';
import { withProgress, type Log } from './progress';

/** One way to get a server into the cache. */
export interface Way {
  /** What it is, as in "got by …". */
  readonly name: string;
  /** How long it takes, for people: `about 3 minutes`. */
  readonly takes: string;
  /** Why it can't be taken on this machine, in a few words; `undefined` if it can. */
  unavailable(): string | undefined;
  /**
   * Puts the server's files into `into`. `work` is an empty folder on the same disk, for all else; both are deleted if
   * this process dies meanwhile and the way runs its command by `supervise` with `cleanUp`.
   */
  build(folders: { into: string; work: string; staging: string }, progress: (words: string) => void): Promise<void>;
}

/** A server in the cache; or, for each way that was tried, why it did not serve. */
export type Cached = { folder: string; manifest: Manifest; fresh: boolean } | { failures: readonly string[] };

/**
 * Finds the entry `name` in the cache, or makes it by the first of `ways` that works.
 *
 * Processes that ask at the same time make it once: the others wait, with a line about it. What is damaged, cut short or
 * of another version is made again, and a line says so. An entry appears by a rename, so nobody sees half of one.
 */
export async function cached(options: {
  cache: string;
  name: string;
  ways: readonly Way[];
  log: Log;
}): Promise<Cached> {
  const { cache, name, ways, log } = options;
  const folder = join(cache, name);
  const found = await check(folder, name);
  if (typeof found === 'object') return { folder, manifest: found, fresh: false };

  await mkdir(cache, { recursive: true });
  let lastLine = 0;
  const begun = Date.now();
  const onWait = (pid: number): void => {
    if (Date.now() - lastLine < 10_000) return;
    lastLine = Date.now();
    log(`waiting for process ${pid}, which gets ${name}: ${Math.round((Date.now() - begun) / 1_000)} s`);
  };
  return await withLock(`${folder}.lock`, onWait, async () => {
    await removeAbandoned(cache, name);
    const now = await check(folder, name);
    if (typeof now === 'object') return { folder, manifest: now, fresh: false };
    if (now !== undefined) log(`${name} in the cache is unusable (${now}); it is made again.`);
    return await make({ cache, name, folder, ways, log });
  });
}

async function make(options: {
  cache: string;
  name: string;
  folder: string;
  ways: readonly Way[];
  log: Log;
}): Promise<Cached> {
  const { cache, name, folder, ways, log } = options;
  const failures: string[] = [];
  for (const way of ways) {
    const reason = way.unavailable();
    if (reason !== undefined) {
      failures.push(`${way.name}: ${reason}`);
      continue;
    }
    const staging = await mkdtemp(join(cache, stagingPrefix(name)));
    try {
      const into = join(staging, 'entry');
      const work = join(staging, 'work');
      await mkdir(into);
      await mkdir(work);
      let words: string | undefined;
      await withProgress({ what: `${way.name} (${way.takes})`, log, detail: () => words }, () =>
        way.build({ into, work, staging }, (now) => (words = now)),
      );
      const manifest = await seal(into, name, way.name);
      await rm(folder, { recursive: true, force: true });
      await rename(into, folder);
      return { folder, manifest, fresh: true };
    } catch (error) {
      failures.push(`${way.name}: ${messageOf(error)}`);
      log(`${way.name} did not work: ${messageOf(error).split('\n')[0] ?? ''}`);
    } finally {
      await rm(staging, { recursive: true, force: true, maxRetries: 5 });
    }
  }
  return { failures };
}

/** Deletes what a process that died while building left behind; whoever calls holds the lock. */
async function removeAbandoned(cache: string, name: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith(stagingPrefix(name))) continue;
    await rm(join(cache, entry), { recursive: true, force: true, maxRetries: 5 });
  }
}

function stagingPrefix(name: string): string {
  return `making-${name}~`;
}
