import { relative, resolve } from 'node:path';
import { loadConfig } from '../config';
import type { RetiredHistory } from '../replay';
import type { Io, Status } from './io';
import { parse, UsageError } from './parse';

const usage = `Usage: longhaul prune [folder] [options]

Moves histories that show nothing which others do not to the folder's retired/, with the reason in its manifest. Chains stay whole;
of each workflow type the longest span and the newest open history stay.

  folder         default: the first of the configuration's histories, or else replay-histories
  --dry-run      only say what would be moved
  --config FILE  default: longhaul.config.ts, here or in a folder above
  --json         print one JSON object
  --help         show this

Exit status: 0 done, 2 wrong use.`;

const options = {
  'dry-run': { type: 'boolean' },
  config: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `longhaul prune --json` prints. It only ever gains fields. */
export interface PrunePrinted {
  schema: 'longhaul.prune/1';
  ok: boolean;
  folder: string;
  /** Whether it only said what it would do. */
  dryRun: boolean;
  retired: RetiredHistory[];
  /** How many histories stay. */
  left: number;
}

export async function prune(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals.length > 1) throw new UsageError('it takes one folder. See --help.');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config !== undefined && { file: values.config }) });
  const [given] = positionals;
  const folder = given === undefined ? (config.histories[0] ?? io.cwd) : resolve(io.cwd, given);
  const shown = relative(io.cwd, folder) || '.';
  const { ManifestError, pruneHistories, readManifest } = await import('../replay/index.js');
  try {
    const before = await readManifest(folder);
    if (!before)
      throw new UsageError(`${shown} has no manifest.json: only histories that longhaul recorded can be pruned.`);
    const dryRun = values['dry-run'] === true;
    const retired = await pruneHistories(folder, { dryRun });
    const left = Object.keys(before.histories).length - retired.length;
    if (values.json) {
      const printed: PrunePrinted = { schema: 'longhaul.prune/1', ok: true, folder: shown, dryRun, retired, left };
      io.out(JSON.stringify(printed));
    } else {
      retired.forEach(({ file, reason }) => io.out(`- ${file}  ${reason}`));
      io.out(`${retired.length} ${dryRun ? 'would be' : 'were'} moved to ${shown}/retired, ${left} stay.`);
    }
    return 0;
  } catch (error) {
    if (error instanceof ManifestError)
      throw new UsageError(error.message.replaceAll(`${io.cwd}/`, ''), { cause: error });
    throw error;
  }
}
