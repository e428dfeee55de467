import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ownLinterFolder } from '../config/linter-install';

/** What longhaul needs of `eslint-plugin-longhaul`. */
export interface Linter {
  main: (
    argv: readonly string[],
    io: { out: (line: string) => void; err: (line: string) => void; cwd: string },
  ) => Promise<0 | 1 | 2 | 3>;
}

/** The linter of the project in `cwd`, or the one that lies beside it, or else the one that longhaul can see. */
export function findLinter(cwd: string): Linter | undefined {
  for (const file of [join(cwd, 'package.json'), join(cwd, ownLinterFolder, 'package.json'), __filename]) {
    const resolver = createRequire(file);
    try {
      return resolver('eslint-plugin-longhaul/cli') as Linter;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

/** Whether the package itself is missing, and not something that it needs. */
function isMissing(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  const absent = code === 'MODULE_NOT_FOUND' && message.includes("'eslint-plugin-longhaul/cli'");
  return absent || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
}
