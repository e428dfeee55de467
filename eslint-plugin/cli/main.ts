import { annotationOf } from './annotations.js';
import { baselineFile, weigh, writeBaseline, type Stale, type Weighed } from './baseline.js';
import { lint, type LintFinding, type LintResult, type PlacedFinding } from './lint.js';
import { readOptions, UsageError, type LintCliOptions } from './options.js';
import { sarifOf } from './sarif.js';
import { changesSince, touches } from './since.js';
import { countsOf, tableOf } from './summary.js';
import { usage } from './usage.js';

/** Where a command reads its folder and writes its lines. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
  cwd: string;
  /** @default process.env */
  env?: Readonly<Record<string, string | undefined>>;
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
    const changes = options.since === undefined ? undefined : changesSince(options.since, io.cwd);
    const result = await lint(options, io.cwd);
    if (options.baseline && result.roots.length > 0) writeBaseline(result.findings, result.files, io.cwd);
    const weighed = weigh(result.findings, result.files, io.cwd);
    if (changes === undefined) return render(result, weighed, options, io);
    const findings = weighed.findings.filter(({ spots }) => touches(spots, changes));
    return render(result, { ...weighed, findings, fresh: findings.length }, options, io);
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    io.err(
      `longhaul-lint: ${line}${error instanceof UsageError ? `${line.endsWith('?') ? '' : '.'} See --help.` : ''}`,
    );
    return error instanceof UsageError ? 2 : 3;
  }
}

function render(result: LintResult, weighed: Weighed<PlacedFinding>, options: LintCliOptions, io: Io): Status {
  const { roots, summary, unknown } = result;
  const { findings, fresh } = weighed;
  const found = roots.length > 0;
  const tooMany = options.maxUnknown !== undefined && unknown.length > options.maxUnknown;
  const ok = found && fresh === 0 && !tooMany;
  print(result, weighed, ok, options, io);
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
  for (const line of aboutBaseline(weighed, options)) io.err(line);
  io.err(verdict(weighed, options));
  if (tooMany) io.err(`More than --max-unknown ${options.maxUnknown ?? 0}.`);
  return ok ? 0 : 1;
}

/** What `longhaul lint --json` prints. It only ever gains fields. */
export interface LintPrinted {
  schema: 'longhaul.lint/1';
  /** Whether it ends with 0. */
  ok: boolean;
  /** Modules whose exports are workflows. */
  roots: readonly string[];
  summary: LintResult['summary'];
  /** What `eslint-suppressions.json` allows: `accepted` are findings that are there, and not among `findings`. */
  baseline: { known: number; accepted: readonly LintFinding[]; stale: readonly Stale[] };
  findings: readonly LintFinding[];
  /** Functions of which it is not known what they do. */
  unknown: LintResult['unknown'];
}

function print(
  result: LintResult,
  weighed: Weighed<PlacedFinding>,
  ok: boolean,
  { json, sarif, summary }: LintCliOptions,
  io: Io,
): void {
  const { cwd, env = process.env } = io;
  const out = (line: string): void => io.out(line);
  const findings = weighed.findings.map(withoutSpots);
  if (json) {
    const { roots, unknown } = result;
    const { known, stale } = weighed;
    const counts = { ...result.summary, findings: findings.length };
    const printed: LintPrinted = {
      schema: 'longhaul.lint/1',
      ok,
      roots,
      summary: counts,
      baseline: { known, accepted: weighed.accepted.map(withoutSpots), stale },
      findings,
      unknown,
    };
    out(JSON.stringify(printed, undefined, 2));
    return;
  }
  if (sarif) {
    out(JSON.stringify(sarifOf(findings, cwd), undefined, 2));
    return;
  }
  if (summary) for (const line of tableOf(countsOf(findings, cwd))) out(line);
  else
    for (const { file, line, column, rule, message } of findings)
      out(`${file}:${line}:${column} ${rule}\n  ${message}`);
  if (env['GITHUB_ACTIONS'] === 'true') for (const finding of findings) out(annotationOf(finding));
}

const withoutSpots = ({ spots: _, ...finding }: PlacedFinding): LintFinding => finding;

function aboutBaseline({ known, stale }: Weighed<PlacedFinding>, { baseline }: LintCliOptions): readonly string[] {
  if (baseline) return [`Accepted ${count(known, 'finding')} in ${baselineFile}: commit it.`];
  return [
    ...(known > 0 ? [`${count(known, 'finding')} accepted by ${baselineFile}.`] : []),
    ...(stale.length > 0 ? [`${baselineFile} allows what is no longer there; write it anew with --baseline:`] : []),
    ...stale.map(staleLine),
  ];
}

function staleLine({ file, rule, allowed, found }: Stale): string {
  return `  ${file} ${rule}: allows ${String(allowed)}, found ${String(found)}`;
}

function verdict({ findings, fresh }: Weighed<PlacedFinding>, { since }: LintCliOptions): string {
  const where = since === undefined ? '' : ` on lines changed since ${since}`;
  if (findings.length === 0) return `No findings${where}.`;
  if (fresh === findings.length) return `${count(findings.length, 'finding')}${where}.`;
  return `${count(findings.length, 'finding')}, of which ${String(fresh)} more than ${baselineFile} accepts.`;
}

function more(calls: number): string {
  return calls === 0 ? '' : ` and ${calls} more`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
