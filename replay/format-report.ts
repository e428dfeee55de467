import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { formatCoverage } from './format-coverage';
import { groupDrift, type DriftGroup } from './group-drift';
import type { FailureGroup, ReplayReport, SourceLocation } from './report';

export interface FormatReportOptions {
  /** Folder that paths are shown relative to. @default process.cwd() */
  cwd?: string;
}

/**
 * Renders a report for people: what did not pass, one entry a cause with its line of code; what drifted; what the histories
 * do not cover; the sum.
 */
export function formatReport(report: ReplayReport, options: FormatReportOptions = {}): string {
  const { cwd = process.cwd() } = options;
  const shown = (path: string) => relative(cwd, path) || path;
  const { total } = report.summary;
  const blocks = [
    ...report.failures.map((failure) => formatFailure(failure, total, shown)),
    ...groupDrift(report.histories).map((group) => formatDrift(group, shown)),
    formatNotes(report),
    formatCoverage(report.coverage, shown),
    report.policies.map(({ level, message }) => `${level === 'error' ? '✗' : '!'} ${message}`).join('\n'),
    formatSummary(report),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** What to do about a divergence of which no more is known. */
export const whatToDo =
  "keep the recorded commands for workflows already open: put the change behind patched('…'), or restore the old call.";

function formatFailure(failure: FailureGroup, total: number, shown: (path: string) => string): string {
  const { status, workflowType, files, message, divergence, location = divergence?.location } = failure;
  const [first = ''] = files;
  const others = files.length > 1 ? ` and ${files.length - 1} more of ${total}` : '';
  const lines = [`${status === 'skipped' ? '-' : '✗'} ${first}${others}  ${workflowType} ${status}`.trimEnd()];
  if (message !== undefined) lines.push(`  ${message}`);
  if (divergence) {
    const { eventId, expected, actual } = divergence;
    lines.push(
      `  event     ${eventId ?? 'unknown'}`,
      `  expected  ${expected}`,
      `  got       ${actual}`,
      `  core      ${divergence.message}`,
    );
  }
  if (location) {
    lines.push(`  at        ${shown(location.file)}:${location.line}:${location.column}`, ...codeFrame(location));
  }
  if (divergence) lines.push(...wrap(`To do: ${divergence.hint ?? whatToDo}`));
  return lines.join('\n');
}

function formatDrift(group: DriftGroup, shown: (path: string) => string): string {
  const { entry, workflowType, files } = group;
  const { command, path, recorded, actual, eventId, location, ofItself } = entry;
  const others = files.length > 1 ? ` and ${files.length - 1} more` : '';
  const lines = [
    `${ofItself ? '✗' : '~'} ${files[0] ?? ''}${others}  ${workflowType} ${ofItself ? 'drifts from itself' : 'drift'}`,
    `  event     ${eventId === 0 ? 'none yet' : eventId} ${command}`,
    `  ${path === '' ? 'it' : path} was ${recorded}, is ${actual}`,
  ];
  if (location) {
    lines.push(`  at        ${shown(location.file)}:${location.line}:${location.column}`, ...codeFrame(location));
  }
  if (ofItself) {
    lines.push(...wrap('To do: take what differs by machine or time from an activity, or from workflowInfo().'));
  }
  return lines.join('\n');
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 118) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `  ${line}`);
}

/** Three lines around a place; nothing where the file isn't there. */
function codeFrame({ file, line, column }: SourceLocation): string[] {
  let source: string[];
  try {
    source = readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
  const frame: string[] = [''];
  for (let number = Math.max(1, line - 1); number <= Math.min(source.length, line + 1); number += 1) {
    const gutter = String(number).padStart(String(line + 1).length);
    frame.push(`  ${number === line ? '>' : ' '} ${gutter} | ${source[number - 1] ?? ''}`);
    if (number === line) frame.push(`    ${' '.repeat(gutter.length)} | ${' '.repeat(column - 1)}^`);
  }
  return [...frame, ''];
}

function formatNotes({ histories, engine }: ReplayReport): string {
  const notes = histories.flatMap(({ file, notes: own = [] }) => own.map((note) => `! ${file}: ${note}.`));
  if (engine.reason !== undefined) notes.push(`! Replayed the slow way: ${engine.reason}.`);
  else if (engine.notFast !== undefined && !engine.disagreement) {
    notes.push(`! The core replayed all of them, though --fast was given: ${engine.notFast}.`);
  }
  return notes.join('\n');
}

function formatSummary({ summary, engine }: ReplayReport): string {
  const { total, pass, drift, durationMs, ...others } = summary;
  const rest = Object.entries(others).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  if (drift > 0) rest.unshift(`${drift} passed with drift`);
  const { withoutCore } = engine;
  const told = withoutCore === undefined ? '' : ` ${withoutCore} of them did not need the core.`;
  return `${total} ${total === 1 ? 'history' : 'histories'}: ${[`${pass} passed`, ...rest].join(', ')} in ${(durationMs / 1_000).toFixed(1)} s.${told}`;
}
