import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prometheusText } from './prometheus';
import type { WatchReport } from './report';

export interface WatchMetrics {
  readonly port: number;
  /** What the endpoint tells from now on. */
  report(report: WatchReport): void;
  close(): Promise<void>;
}

/**
 * Serves `GET /metrics` for Prometheus, 503 until there is a first report.
 *
 * @param port 0 takes a free one.
 * @throws Error when the port is taken.
 */
export async function serveWatchMetrics({
  port,
  host = '127.0.0.1',
}: {
  port: number;
  host?: string;
}): Promise<WatchMetrics> {
  let last: WatchReport | undefined;
  const server = createServer((request, response) => {
    // `new URL` throws for what scanners send, such as `//`, and the throw would end the process.
    const [pathname] = (request.url ?? '/').split('?');
    const status = pathname !== '/metrics' ? 404 : last ? 200 : 503;
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(status === 200 && last ? prometheusText(last) : status === 503 ? 'no scan yet\n' : 'GET /metrics\n');
  });
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    report: (report) => {
      last = report;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
