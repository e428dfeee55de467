import type { Connection, ConnectionOptions } from '@temporalio/client';

import type { Duration } from './duration';
import { clientSdk, clockSdk } from './sdk';

/**
 * The clock of a time-skipping server. It is one clock for all workflows of the server, and it never goes back.
 *
 * It starts locked: timers wait in real time, so that a workflow which waits for a signal does not jump to its timeout
 * before the signal is sent. While an activity runs, the clock is real.
 */
export interface TimeControl {
  /** Moves the clock forward by `duration`; timers that come due on the way fire in order. */
  skip(duration: Duration): Promise<void>;

  /** Lets the clock jump to the next timer whenever nothing else is to be done, until as many calls of `lock`. */
  unlock(): Promise<void>;

  /** Undoes one `unlock`. */
  lock(): Promise<void>;

  /** What time it is for the server. */
  now(): Promise<Date>;

  /** Ends the connection to the clock. */
  close(): Promise<void>;
}

/** Connects to the clock of the time-skipping server at `address`. */
export async function timeControl(address: string): Promise<TimeControl> {
  const { Connection } = clientSdk();
  const { InternalConnectionOptionsSymbol, msToTs, tsToMs } = clockSdk();
  const options: ConnectionOptions = { address };
  // The test service has no public way in.
  Object.assign(options, { [InternalConnectionOptionsSymbol]: { supportsTestService: true } });
  const connection: Connection = await Connection.connect(options);
  const service = connection.testService;
  if (service === undefined) throw new Error(`The SDK gave no test service for ${address}.`);
  return {
    async skip(duration) {
      await service.unlockTimeSkippingWithSleep({ duration: msToTs(duration) });
    },
    async unlock() {
      await service.unlockTimeSkipping({});
    },
    async lock() {
      await service.lockTimeSkipping({});
    },
    async now() {
      const { time } = await service.getCurrentTime({});
      return new Date(tsToMs(time));
    },
    close: () => connection.close(),
  };
}
