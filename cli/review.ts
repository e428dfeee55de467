import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ReviewOptions, ReviewReport } from '../review';
import type { Io, Status } from './io';
import { parse, UsageError } from './parse';
import { writePage } from './write-page';

const usage = `Usage: longhaul review [--workflow X]… [options]

May it go live? For each workflow type and area go, no-go or unknown, with evidence and the fix. It gathers lint, replays
of saved histories, their growth, drill records and the catalog of longhaul.config.ts; it contacts no server.

  --workflow X        one workflow type; may be given again; default: all
  --workflows FILE    the workflow file; default: the configuration's, or else what is found
  --histories PATH    saved histories; may be given again; default: the configuration's, or else replay-histories
  --drills FOLDER     drill records; may be given again; default: drills and .longhaul/drills
  --lint PATH         what the linter looks at; may be given again; default: all
  --config FILE       default: longhaul.config.ts, here or in a folder above
  --json              print one JSON object
  --markdown          print Markdown, for a pull request
  --html FILE         write one self-contained page
  --help              show this

Exit status: 0 go, 1 no-go or unknown, 2 wrong use, 3 the environment failed.`;

const options = {
  workflow: { type: 'string', multiple: true },
  workflows: { type: 'string' },
  histories: { type: 'string', multiple: true },
  drills: { type: 'string', multiple: true },
  lint: { type: 'string', multiple: true },
  config: { type: 'string' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
  html: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse<typeof options>>['values'];

export async function review(argv: readonly string[], io: Io): Promise<Status> {
  const { values, positionals } = parse(argv, options);
  if (values.help) return (io.out(usage), 0);
  if (positionals[0] !== undefined) {
    throw new UsageError(
      `${JSON.stringify(positionals[0])} is not an option: name a type with --workflow. See --help.`,
    );
  }
  if (values.json && values.markdown) throw new UsageError('--json and --markdown exclude each other.');
  const { loadConfig } = await import('../config/load-config.js');
  const config = await loadConfig({ cwd: io.cwd, ...(values.config === undefined ? {} : { file: values.config }) });
  const { NothingToReviewError, review: run } = await import('../review/index.js');
  const reviewing: ReviewOptions = {
    config,
    cwd: io.cwd,
    signal: io.signal,
    onProgress: (line) => io.progress(line),
    ...(values.workflow === undefined ? {} : { workflowTypes: [...new Set(values.workflow)] }),
    ...(values.workflows === undefined ? {} : { workflowsPath: await existing('--workflows', values.workflows, io) }),
    ...(values.histories === undefined ? {} : { histories: await allExisting('--histories', values.histories, io) }),
    ...(values.drills === undefined ? {} : { drills: await allExisting('--drills', values.drills, io) }),
    ...(values.lint === undefined ? {} : { lintPaths: await allExisting('--lint', values.lint, io) }),
  };
  let report: ReviewReport;
  try {
    report = await run(reviewing);
  } catch (error) {
    const { HistoryPathError, ManifestError } = await import('../replay/index.js');
    for (const kind of [NothingToReviewError, HistoryPathError, ManifestError]) {
      if (error instanceof kind) throw new UsageError(error.message.replaceAll(`${io.cwd}/`, ''), { cause: error });
    }
    throw error;
  } finally {
    io.progress('');
  }
  await show(report, values, io);
  return report.ok ? 0 : 1;
}

async function show(report: ReviewReport, { json, markdown, html }: Values, io: Io): Promise<void> {
  if (html !== undefined) {
    const { reviewHtml } = await import('./render/review-html.js');
    await writePage(io, 'review', html, reviewHtml(report));
  }
  if (json) io.out(JSON.stringify(report));
  else if (markdown) io.out((await import('./render/review-markdown.js')).reviewMarkdown(report));
  else if (html === undefined) io.out((await import('./render/review-text.js')).reviewText(report));
}

async function allExisting(option: string, given: readonly string[], io: Io): Promise<string[]> {
  return Promise.all(given.map((path) => existing(option, path, io)));
}

async function existing(option: string, given: string, io: Io): Promise<string> {
  const path = resolve(io.cwd, given);
  if (await stat(path).catch(() => undefined)) return path;
  throw new UsageError(`${option}: ${given} does not exist.`);
}
