import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { nearestName } from './nearest-name.js';

/** What the command line asks for. */
export interface LintCliOptions {
  paths: readonly string[];
  project: string | undefined;
  fix: boolean;
  json: boolean;
  sarif: boolean;
  /** Whether what is found now is accepted. */
  baseline: boolean;
  /** Only what changed since this commit counts. */
  since: string | undefined;
  summary: boolean;
  /** How many functions of unknown packages workflows may call; any number where it is not given. */
  maxUnknown: number | undefined;
  help: boolean;
}

/** A mistake in how the command was called, told in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError where a flag is unknown or a path is not there. */
export function readOptions(argv: readonly string[], cwd: string): LintCliOptions {
  const { values, positionals } = parse(argv);
  const paths = positionals.length > 0 ? positionals : ['.'];
  const project = values['config-project'];
  const help = values.help ?? false;
  if (!help) {
    for (const path of paths)
      if (!existsSync(resolve(cwd, path))) throw new UsageError(`there is no file or folder ${path}`);
    if (project !== undefined && !isFile(resolve(cwd, project)))
      throw new UsageError(`--config-project: there is no file ${project}`);
  }
  const most = values['max-unknown'];
  if (most !== undefined && !/^\d+$/.test(most)) throw new UsageError(`--max-unknown: '${most}' is no number`);
  const maxUnknown = most === undefined ? undefined : Number(most);
  const { since, fix = false, json = false, sarif = false, baseline = false, summary = false } = values;
  const printed = [json && '--json', sarif && '--sarif', summary && '--summary'].filter((flag) => flag !== false);
  if (printed.length > 1) throw new UsageError(`${printed.join(' and ')} each print something else: choose one`);
  if (baseline && since !== undefined) {
    throw new UsageError('--baseline accepts all that is found, --since looks at a part: choose one');
  }
  return { paths, project, maxUnknown, fix, json, sarif, baseline, since, summary, help };
}

const flags = {
  'config-project': { type: 'string' },
  'max-unknown': { type: 'string' },
  fix: { type: 'boolean' },
  json: { type: 'boolean' },
  sarif: { type: 'boolean' },
  baseline: { type: 'boolean' },
  since: { type: 'string' },
  summary: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: flags });
  } catch (error) {
    // Node's own message goes on with advice that fits its API rather than this command.
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('. To specify');
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(message) ?? [];
    const near = unknown === undefined ? undefined : nearestName(unknown, Object.keys(flags));
    throw new UsageError(`${message.replace(/\n/g, ' ')}${near === undefined ? '' : `: did you mean --${near}?`}`);
  }
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
