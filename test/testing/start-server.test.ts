import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { startServer, type Server } from '../../testing';

import { fakeProgram } from './fake-program';
import { useTemporaryFolder } from './temporary-folder';
import { untilGone } from './until-gone';

describe('startServer', () => {
  const folder = useTemporaryFolder();
  const log = (): void => undefined;

  const connected = async <T>(server: Server, use: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await Connection.connect({ address: server.address });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  };

  it('starts a server with search attributes, and ends it', async () => {
    const lines: string[] = [];
    const server = await startServer({
      reuse: false,
      searchAttributes: { TeamOwner: 'Keyword' },
      log: (line) => lines.push(line),
    });
    try {
      const { customAttributes } = await connected(server, ({ operatorService }) =>
        operatorService.listSearchAttributes({ namespace: 'default' }),
      );
      assert('TeamOwner' in customAttributes);
      assert(lines.some((line) => line.includes(server.address) && line.includes(server.source)));
    } finally {
      await server.stop();
    }
    await untilGone(server.pid ?? 0);
  });

  it('serves the Web UI when asked', async () => {
    const server = await startServer({ ui: true, log });
    try {
      const response = await fetch(server.uiUrl ?? assert.fail('no uiUrl'));
      assert.equal(response.status, 200);
    } finally {
      await server.stop();
    }
  });

  it('finds what it kept in a file', async () => {
    const dbFilename = join(folder.path, 'state.db');
    const first = await startServer({ dbFilename, log });
    await connected(first, (connection) =>
      new Client({ connection }).workflow.start('kept', { taskQueue: 'nobody', workflowId: 'kept-1' }),
    );
    await first.stop();
    const second = await startServer({ dbFilename, log });
    try {
      const description = await connected(second, (connection) =>
        new Client({ connection }).workflow.getHandle('kept-1').describe(),
      );
      assert.equal(description.type, 'kept');
    } finally {
      await second.stop();
    }
  });

  it('takes the server at LONGHAUL_TEST_ADDRESS, adds search attributes to it, and leaves it running', async () => {
    const running = await startServer({ reuse: false, log });
    try {
      const env = { LONGHAUL_TEST_ADDRESS: running.address, TEMPORAL_ADDRESS: '127.0.0.1:1', PATH: '' };
      const taken = await startServer({ env, log, searchAttributes: { AddedLater: 'Int' } });
      assert.deepEqual([taken.address, taken.pid, taken.source], [running.address, undefined, 'LONGHAUL_TEST_ADDRESS']);
      await taken.stop();
      const { customAttributes } = await connected(running, ({ operatorService }) =>
        operatorService.listSearchAttributes({ namespace: 'default' }),
      );
      assert('AddedLater' in customAttributes);
    } finally {
      await running.stop();
    }
  });

  it('names LONGHAUL_TEST_ADDRESS when nobody answers there', () =>
    assert.rejects(startServer({ env: { LONGHAUL_TEST_ADDRESS: '127.0.0.1:1' }, log }), {
      name: 'ServerUnavailableError',
      message: /^LONGHAUL_TEST_ADDRESS is 127\.0\.0\.1:1, where no Temporal server .* answered within 5 s/,
    }));

  it('shows the end of the output of a server that ends at once', async () => {
    const broken = await fakeProgram(
      join(folder.path, 'temporal'),
      'if [ "$1" = --version ]; then echo temporal version 1; else echo "no space left on device"; exit 7; fi',
    );
    await assert.rejects(startServer({ env: { ...process.env, TEMPORAL_CLI_PATH: broken }, reuse: false, log }), {
      name: 'ServerUnavailableError',
      message: /it ended with status 7\nIts output ends with:\n {2}no space left on device/,
    });
  });

  for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
    it(`leaves no server behind when its process gets ${signal}`, async () => {
      const parent = fork(join(__dirname, 'processes', 'start-server.js'));
      const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }];
      process.kill(pid, 0);
      parent.kill(signal);
      await once(parent, 'exit');
      await untilGone(pid);
    });
  }
});
