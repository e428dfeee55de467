import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Installs a runtime that logs nothing, unless this process has one of its own already. */
export function installQuietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
      shutdownSignals: [],
    });
  } catch {
    // There is one already, and its owner decides what it logs.
  }
}
