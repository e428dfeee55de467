import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder in which servers are kept between runs: `LONGHAUL_CACHE_DIR`, else the platform's own place for caches.
 * It is outside the repository, so that every checkout on a machine shares one copy.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LONGHAUL_CACHE_DIR) return resolve(env.LONGHAUL_CACHE_DIR);
  if (process.platform === 'win32' && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, 'longhaul', 'cache');
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'longhaul');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'longhaul');
  return join(homedir(), '.cache', 'longhaul');
}
