import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { Way } from './cached';
import { messageOf } from './errors';
import { runToEnd } from './run-to-end';
import type { ServerKind } from './server-kind';

const SILENCE_MS = 20_000;

/**
 * Lets the SDK download its own server.
 *
 * In a process of its own, because the SDK also starts the server and installs its one `Runtime`, which this process may
 * want to install with other options.
 */
export function sdkDownload(kind: ServerKind, env: NodeJS.ProcessEnv): Way {
  return {
    name: "the SDK's own download",
    takes: 'about a minute',
    unavailable: () => (canResolve('@temporalio/testing') ? undefined : '@temporalio/testing is not installed'),
    async build({ into, work, staging }, progress) {
      const nothingComes = new AbortController();
      const timer = setTimeout(() => {
        void bytesIn(work).then((bytes) => {
          if (bytes > 0) return;
          nothingComes.abort(new Error(`nothing arrived within ${SILENCE_MS / 1_000} s`));
        });
      }, SILENCE_MS);
      const child = join(__dirname, 'sdk-download-process.js');
      const size = setInterval(() => {
        void bytesIn(work).then((bytes) => progress(`${Math.round(bytes / 1e6)} MB`));
      }, 1_000);
      try {
        await runToEnd(process.execPath, [child, kind, work], {
          staging,
          env,
          onOutput: () => undefined,
          signal: nothingComes.signal,
        });
      } catch (error) {
        throw new Error(reasonOf(messageOf(error)), { cause: error });
      } finally {
        clearTimeout(timer);
        clearInterval(size);
      }
      const [file] = await readdir(work);
      if (file === undefined) throw new Error('it left no file');
      await rename(join(work, file), join(into, binaryName(kind)));
    },
  };
}

/** The file name of a server that is one binary. */
export function binaryName(kind: ServerKind): string {
  const name = kind === 'dev' ? 'temporal' : 'temporal-test-server';
  return process.platform === 'win32' ? `${name}.exe` : name;
}

/** Why the download process failed, without the addresses it names along the way and the stack below. */
function reasonOf(message: string): string {
  const line = /^\s*(?:\w*Error|reason): (.+)$/m.exec(message)?.[1] ?? message;
  const parts = line.split(': ').filter((part) => !part.includes('://'));
  return parts.join(': ') || line;
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const file of await readdir(folder).catch(() => [])) {
    bytes += await stat(join(folder, file)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

function canResolve(module: string): boolean {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}
