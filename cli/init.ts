import type { Io, Status } from './io';
import { parse, UsageError } from './parse';
import { initText, initOutcome } from './render/init-text';

const usage = `Usage: longhaul init [options]

Adds longhaul to a Temporal project: longhaul.config.ts, an entry in the ESLint configuration, scripts, a CI workflow and
an empty replay-histories/. It shows what it would add, and writes when you say so. What is there already is left alone, and
where a file can't be edited safely it prints the lines to add.

  --write            write without asking; --yes and -y are the same
  --json             print one JSON object; writes with --write only
  --help             show this

Without a terminal and without --write nothing is written.

Exit status: 0 shown or written, 2 wrong use or no project, 3 a file could not be written.`;

const options = {
  write: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function init(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals[0] !== undefined)
    throw new UsageError(`takes no argument ${JSON.stringify(positionals[0])}. See --help.`);
  const { planInit, SetupError } = await import('../setup/index.js');
  const writes = values.write === true || values.yes === true;
  try {
    const { report, write } = await planInit({ cwd: io.cwd });
    const nothing = report.changes.length === 0;
    if (values.json) {
      io.out(JSON.stringify(writes && !nothing ? await write() : report));
      return 0;
    }
    io.out(initText(report));
    const agreed = !nothing && (writes || (await agrees(io)));
    io.out(initOutcome(agreed ? await write() : report));
    return 0;
  } catch (error) {
    if (error instanceof SetupError) throw new UsageError(error.message, { cause: error });
    const { code, path } = error as NodeJS.ErrnoException;
    if (path === undefined || !/^E(?:ACCES|PERM|ROFS|NOSPC|ISDIR|NOTDIR|EXIST)$/.test(code ?? '')) throw error;
    return (io.err(`longhaul init: ${path} can't be written or read (${code ?? ''}).`), 3);
  }
}

async function agrees({ ask }: Io): Promise<boolean> {
  if (ask === undefined) return false;
  return /^y(?:es)?$/i.test((await ask('Write this? [y/N] ')).trim());
}
