import { linterInstall } from '../config/linter-install';
import { findLinter } from '../review/find-linter';
import type { Io, Status } from './io';
import { UsageError } from './parse';

/** Hands its arguments to the linter that the user's project has, or else to the one that longhaul can see. */
export async function lint(argv: readonly string[], io: Io): Promise<Status> {
  if (argv.some((word) => /^--config(?:=|$)/.test(word))) {
    throw new UsageError(
      'takes no --config: it reads no longhaul.config.ts and finds workflows by itself. Give it paths, or a tsconfig.json with --config-project.',
    );
  }
  const linter = findLinter(io.cwd);
  if (!linter) {
    const { why, command } = linterInstall(io.cwd);
    io.err(`longhaul lint: ${why.replace(/\.$/, '')}: ${command}`);
    return 2;
  }
  const { out, err, cwd } = io;
  return linter.main(argv, { out, err, cwd });
}
