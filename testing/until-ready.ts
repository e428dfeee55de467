import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { clientSdk } from './sdk';

/**
 * Waits until a Temporal server answers at `address` for `namespace`.
 *
 * @param options.deadlineMs How long to wait, in milliseconds.
 * @throws MissingPackageError at once, when `@temporalio/client` is not installed.
 * @throws Error with the last failure, when it does not answer in time or `signal` aborts.
 */
export async function untilReady(options: {
  address: string;
  namespace: string;
  deadlineMs: number;
  signal?: AbortSignal;
}): Promise<void> {
  const { address, namespace, deadlineMs, signal } = options;
  const { Connection } = clientSdk();
  const deadline = Date.now() + deadlineMs;
  // A gRPC channel that is refused once waits a second before it tries again; a plain socket tells at once.
  await untilListening(address, deadline, signal);
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: Math.max(1, deadline - Date.now()) });
      try {
        await connection.withDeadline(deadline, () => connection.workflowService.describeNamespace({ namespace }));
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() >= deadline - 50) throw error;
      await sleep(50);
    }
  }
}

async function untilListening(address: string, deadline: number, signal: AbortSignal | undefined): Promise<void> {
  const at = address.lastIndexOf(':');
  const host = address.slice(0, at).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(at + 1));
  for (;;) {
    signal?.throwIfAborted();
    const failure = await tryToConnect(host, port, Math.max(1, deadline - Date.now()));
    if (failure === undefined) return;
    if (Date.now() >= deadline - 20) throw failure;
    await sleep(20);
  }
}

async function tryToConnect(host: string, port: number, timeout: number): Promise<Error | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port, timeout });
    const settle = (failure?: Error): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle(new Error(`No connection to ${host}:${port} within ${timeout} ms.`)));
    socket.once('error', settle);
  });
}
