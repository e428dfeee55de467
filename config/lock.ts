import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const BEAT_MS = 2_000;
const STALE_MS = 30_000;
const LOOK_MS = 200;

interface Holder {
  pid: number;
  host: string;
  token: string;
}

/**
 * Runs `work` while this process alone holds the lock file `path`; other processes wait.
 *
 * A holder that has died is replaced: at once on the same machine, after 30 s without a beat from another one. Two
 * processes that replace it in the same instant may, very rarely, both go on, so `work` must bear that.
 *
 * @param onWait Called while another process holds the lock, with its process id.
 */
export async function withLock<T>(path: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  const me: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  while (!(await take(path, me))) {
    const holder = await read(path);
    if (holder !== undefined && (await isDead(path, holder))) await remove(path, holder);
    else onWait(holder?.pid ?? 0);
    await sleep(LOOK_MS);
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined); // whoever took the lock away keeps it
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await remove(path, me);
  }
}

async function take(path: string, me: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(me), { flag: 'wx' });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The holder; one with process id 0 where the file can't be read as one, which beats alone keep alive. */
async function read(path: string): Promise<Holder | undefined> {
  try {
    const text = await readFile(path, 'utf8');
    const { pid = 0, host = '', token = '' } = (parse(text) ?? {}) as Partial<Holder>;
    return { pid, host, token };
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // read between its creation and its first byte
  }
}

async function isDead(path: string, holder: Holder): Promise<boolean> {
  if (holder.pid > 0 && holder.host === hostname()) {
    try {
      process.kill(holder.pid, 0);
    } catch (error) {
      if (isCode(error, 'ESRCH')) return true;
    }
  }
  const lastBeat = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Date.now(),
  );
  return Date.now() - lastBeat > STALE_MS;
}

/** Removes the lock if `holder` still has it: by a rename, which only one of several processes can win. */
async function remove(path: string, holder: Holder): Promise<void> {
  const seen = await read(path);
  if (seen?.token !== holder.token) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    await rm(aside, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
