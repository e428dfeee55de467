import assert from 'node:assert/strict';
import { get } from 'node:http';
import { serveWatchMetrics } from '../../client/watch/metrics-server';
import { serveHealth } from '../../worker/health-server';

describe('the HTTP endpoints', () => {
  const statusOf = (port: number, path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, timeout: 2_000 }, ({ statusCode }) => resolve(statusCode))
        .on('error', reject)
        .on('timeout', () => reject(new Error(`no answer to GET ${path}`)));
    });

  it('of a worker answer whatever scanners ask for', async () => {
    const livez = () => ({ ok: true });
    const server = await serveHealth({ port: 0, host: '127.0.0.1' }, { livez, readyz: () => Promise.resolve(livez()) });
    try {
      for (const path of ['//', '//a:b', 'http://[']) assert.equal(await statusOf(server.port, path), 404);
      assert.equal(await statusOf(server.port, '/livez?verbose'), 200);
    } finally {
      await server.close();
    }
  });

  it('of the watch answer whatever scanners ask for', async () => {
    const server = await serveWatchMetrics({ port: 0 });
    try {
      for (const path of ['//', '//a:b']) assert.equal(await statusOf(server.port, path), 404);
      assert.equal(await statusOf(server.port, '/metrics?x=1'), 503);
    } finally {
      await server.close();
    }
  });
});
