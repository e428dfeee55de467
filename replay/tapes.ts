import { existsSync } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ReplayWorkerOptions } from '@temporalio/worker';
import { cacheFolder, digest, versions } from './bundle-cache';
import type { EngineJob } from './engine/replay-engine';

/** More than this much of them is removed, the least recently written first. */
const mostBytes = 512 * 2 ** 20;

/**
 * Where it is kept what the core did with each history: one file for each that it passed, in `node_modules/.cache/longhaul/tapes`.
 * They hold what the histories hold, neither decoded nor encrypted further.
 */
export class Tapes {
  private readonly of: string;

  private constructor(
    private readonly folder: string,
    replayOptions: ReplayWorkerOptions,
  ) {
    this.of = JSON.stringify([versions(), replayOptions]);
  }

  /** Undefined where there is no `node_modules` to keep them in. */
  static of(workflowsPath: string, replayOptions: ReplayWorkerOptions): Tapes | undefined {
    const folder = cacheFolder(join(resolve(workflowsPath), 'x'));
    return folder === undefined ? undefined : new Tapes(join(folder, 'tapes'), replayOptions);
  }

  pathOf({ encoded, workflowId, namespace = '', derived = [] }: EngineJob): string {
    const key = digest(JSON.stringify([this.of, digest(encoded), workflowId, namespace, derived]));
    return join(this.folder, key.slice(0, 40));
  }

  async removeOldest(): Promise<void> {
    if (!existsSync(this.folder)) return;
    const files = await Promise.all(
      (await readdir(this.folder)).map(async (name) => {
        const path = join(this.folder, name);
        const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
        return { path, mtimeMs, size };
      }),
    );
    files.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let kept = 0;
    for (const { path, size } of files) {
      kept += size;
      if (kept > mostBytes) await unlink(path).catch(() => undefined);
    }
  }
}

/**
 * Has each job say where its tape is.
 *
 * @returns Why not, where the core is to replay all.
 */
export function useTapes(
  { workflowsPath = process.cwd(), cache }: { workflowsPath?: string; cache?: boolean },
  jobs: readonly EngineJob[],
  replayOptions: ReplayWorkerOptions,
): string | undefined {
  if (/^(?!false$|0$)./.test(process.env.CI ?? '')) return 'CI is set, and there the verdict is always the core’s';
  const tapes = cache === false ? undefined : Tapes.of(workflowsPath, replayOptions);
  if (!tapes) return 'there is no cache to keep in what the core does';
  for (const job of jobs) job.tape = tapes.pathOf(job);
  void tapes.removeOldest().catch(() => undefined);
  return undefined;
}
