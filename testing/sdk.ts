import { addCommand } from '../config/package-manager';
import { MissingPackageError } from './errors';

/* eslint-disable @typescript-eslint/no-require-imports -- Jest refuses import() in CommonJS code, and these load late */

/** `@temporalio/client`, loaded when first needed: who only wants types or file names can do without. */
export function clientSdk(): typeof import('@temporalio/client') {
  return needed('@temporalio/client', () => require('@temporalio/client') as typeof import('@temporalio/client'));
}

/** What `@temporalio/client` has no public way to: the connection to a time-skipping server's clock. */
export function clockSdk() {
  const { InternalConnectionOptionsSymbol } =
    require('@temporalio/client/lib/connection.js') as typeof import('@temporalio/client/lib/connection.js');
  const { msToTs, tsToMs } =
    require('@temporalio/common/lib/time.js') as typeof import('@temporalio/common/lib/time.js');
  return { InternalConnectionOptionsSymbol, msToTs, tsToMs };
}

/** `@temporalio/worker`, with its native core. */
export function workerSdk(): typeof import('@temporalio/worker') {
  return needed('@temporalio/worker', () => require('@temporalio/worker') as typeof import('@temporalio/worker'));
}

/** `@temporalio/testing`, with its native core. */
export function testingSdk(): typeof import('@temporalio/testing') {
  return needed('@temporalio/testing', () => require('@temporalio/testing') as typeof import('@temporalio/testing'));
}

function needed<T>(name: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error;
    throw new MissingPackageError(
      `longhaul/testing needs ${name}, which is not installed. Run: ${addCommand(process.cwd(), [name], { dev: true })}`,
      { cause: error },
    );
  }
}
