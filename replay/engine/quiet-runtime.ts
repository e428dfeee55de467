import type { Runtime } from '@temporalio/worker';
import { workerSdk } from '../worker-sdk';

/**
 * Installs a runtime that logs nothing, unless this process has one of its own already.
 *
 * It goes with the last worker or connection that uses it, so that each worker needs it anew. One that nobody ever uses holds the
 * process until it is shut down.
 *
 * @returns What was installed.
 */
export function installQuietRuntime(): Runtime | undefined {
  const { DefaultLogger, Runtime: Core } = workerSdk();
  try {
    return Core.install({
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
      shutdownSignals: [],
    });
  } catch {
    return undefined; // There is one already, and its owner decides what it logs.
  }
}
