import { connectionFlags, connectionOptions, connectionUsage } from './connection-flags';
import type { Io, Status } from './io';
import { parse, UsageError } from './parse';
import { doctorText } from './render/doctor-text';

const usage = `Usage: longhaul doctor [options]

Says what hinders this project here: the machine, Temporal's packages, the configuration, the server, its task queues and
workflow types; each with its fix.

  --offline           leave the server out
  --json              print one JSON object
  --config FILE       longhaul.config.ts; default: found in this folder or above
${connectionUsage}
  --help              show this

Exit status: 0 no problem (there may be warnings), 1 a problem, 2 wrong use, 3 the only problem is that no server answers.`;

const options = {
  ...connectionFlags,
  config: { type: 'string' },
  offline: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export async function doctor(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals[0] !== undefined)
    throw new UsageError(`takes no argument ${JSON.stringify(positionals[0])}. See --help.`);
  const { doctor: examine, SetupError } = await import('../setup/index.js');
  const report = await examine({
    cwd: io.cwd,
    server: values.offline === true ? false : connectionOptions(values, io),
    ...(values.config === undefined ? {} : { config: values.config }),
  }).catch((error: unknown) => {
    if (error instanceof SetupError) throw new UsageError(error.message, { cause: error });
    throw error;
  });
  io.out(values.json ? JSON.stringify(report) : doctorText(report));
  const problems = report.checks.filter(({ status }) => status === 'problem');
  if (problems.length === 0) return 0;
  return report.server === null && problems.every(({ check }) => check === 'server') ? 3 : 1;
}
