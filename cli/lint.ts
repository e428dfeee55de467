import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Io, Status } from './io';

interface Linter {
  main: (argv: readonly string[], io: Pick<Io, 'out' | 'err' | 'cwd'>) => Promise<Status>;
}

/** Hands its arguments to the linter that the user's project has, or else to the one that longhaul can see. */
export async function lint(argv: readonly string[], io: Io): Promise<Status> {
  const linter = find([join(io.cwd, 'package.json'), __filename]);
  if (!linter) {
    io.err('longhaul lint: eslint-plugin-longhaul is not installed: npm install --save-dev eslint-plugin-longhaul');
    return 2;
  }
  const { out, err, cwd } = io;
  return linter.main(argv, { out, err, cwd });
}

function find(from: readonly string[]): Linter | undefined {
  for (const file of from) {
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
