import { lint, type LintResult } from './lint.js';
import { readOptions, UsageError, type LintCliOptions } from './options.js';
import { usage } from './usage.js';

/** Where a command reads its folder and writes its lines. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
  cwd: string;
}

/** Exit status: fine, findings, wrong use, or something missing. */
export type Status = 0 | 1 | 2 | 3;

/** Runs `longhaul-lint` with the given arguments. It never throws: what goes wrong is a line on `io.err` and a status. */
export async function main(argv: readonly string[], io: Io): Promise<Status> {
  try {
    const options = readOptions(argv, io.cwd);
    if (options.help) {
      io.out(usage.trimEnd());
      return 0;
    }
    return render(await lint(options, io.cwd), options, io);
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    io.err(`longhaul-lint: ${line}${error instanceof UsageError ? '. See --help.' : ''}`);
    return error instanceof UsageError ? 2 : 3;
  }
}

function render(result: LintResult, options: LintCliOptions, io: Io): Status {
  const { roots, summary, findings, unknown } = result;
  const found = roots.length > 0;
  const tooMany = options.maxUnknown !== undefined && unknown.length > options.maxUnknown;
  if (options.json) {
    io.out(
      JSON.stringify(
        { schema: 'longhaul.lint/1', ok: found && findings.length === 0 && !tooMany, ...result },
        undefined,
        2,
      ),
    );
  } else {
    for (const { file, line, column, rule, message } of findings)
      io.out(`${file}:${line}:${column} ${rule}\n  ${message}`);
  }
  if (!found) {
    io.err(
      `longhaul-lint: no workflow was found in ${options.paths.join(', ')} (${count(summary.files, 'file')}): ` +
        'looked for workflowsPath, and for modules that import @temporalio/workflow or longhaul/workflows.',
    );
    return findings.length > 0 ? 1 : 2;
  }
  io.err(`Workflow modules: ${roots.join(', ')}`);
  io.err(
    `Linted ${count(summary.files, 'file')}; workflows reach ${count(summary.reached, 'file')} and ${count(summary.functions, 'function')}.`,
  );
  if (unknown.length > 0) {
    io.err(`Not followed, since nothing is known of ${count(unknown.length, 'function')} of packages:`);
    for (const { name, file, line, calls } of unknown) io.err(`  ${name} (${file}:${line}${more(calls - 1)})`);
    io.err("Say what they do in settings.longhaul.functions: { 'package#function': 'pure' }.");
  }
  if (summary.fixed > 0) io.err(`Fixed ${count(summary.fixed, 'file')}.`);
  io.err(findings.length === 0 ? 'No findings.' : `${count(findings.length, 'finding')}.`);
  if (tooMany) io.err(`More than --max-unknown ${options.maxUnknown ?? 0}.`);
  return findings.length === 0 && !tooMany ? 0 : 1;
}

function more(calls: number): string {
  return calls === 0 ? '' : ` and ${calls} more`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
