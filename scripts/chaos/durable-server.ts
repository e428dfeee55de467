import { freePort } from '../../testing/free-port';
import { startServer } from 'longhaul/testing';
import type { Server } from 'longhaul/testing';

/** What it acknowledged survives a SIGKILL, and it need not wait for the disk each time. */
const sqlitePragmas = { journal_mode: 'wal', synchronous: 'normal' };

/** A rollover is suggested early, so that a drill has many. */
const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': 600 };

/** One Temporal server process on a database file, which can be killed and comes back at the same address. */
export class DurableServer {
  private constructor(
    private server: Server,
    private readonly port: number,
    private readonly dbFilename: string,
  ) {}

  static async start(dbFilename: string): Promise<DurableServer> {
    const port = await freePort();
    return new DurableServer(await startServer({ port, dbFilename, dynamicConfig, sqlitePragmas }), port, dbFilename);
  }

  get address(): string {
    return this.server.address;
  }

  async kill(): Promise<void> {
    if (this.server.pid === undefined) throw new Error('The server was not started here.');
    process.kill(this.server.pid, 'SIGKILL');
    await this.server.stop();
    this.server = await startServer({
      port: this.port,
      dbFilename: this.dbFilename,
      dynamicConfig,
      sqlitePragmas,
      log: () => undefined,
    });
  }

  stop = (): Promise<void> => this.server.stop();
}
