import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HealthOptions {
  /** 0 takes a free one. */
  port: number;

  /** The address that it listens on. @default '0.0.0.0' */
  host?: string;
}

/** What the endpoints answer: `ok` decides between status 200 and 503, all of it is the body. */
export interface Health {
  ok: boolean;
  [fact: string]: unknown;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `GET /livez` and `GET /readyz`, for the probes of Kubernetes or a load balancer.
 *
 * @throws Error when the port is taken.
 */
export async function serveHealth(
  { port, host = '0.0.0.0' }: HealthOptions,
  checks: { livez: () => Health; readyz: () => Promise<Health> },
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    void (async () => {
      // `new URL` throws for what scanners send, such as `//`, and the throw would end the process.
      const [pathname] = (request.url ?? '/').split('?');
      const check = pathname === '/livez' ? checks.livez : pathname === '/readyz' ? checks.readyz : undefined;
      const health = (await check?.()) ?? { ok: false, error: 'GET /livez or /readyz' };
      response.writeHead(check ? (health.ok ? 200 : 503) : 404, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify(health)}\n`);
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const why =
        (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
          ? 'is in use; give another one'
          : `can't be used: ${cause.message}`;
      reject(new Error(`runWorker: the port ${port} of its health endpoints, on ${host}, ${why}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
  // A probe's kept connection must not keep a drained worker alive.
  server.keepAliveTimeout = 1_000;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
