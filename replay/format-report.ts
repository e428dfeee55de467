import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { HistoryResult, ReplayReport, SourceLocation } from './report';

export interface FormatReportOptions {
  /** Folder that paths are shown relative to. @default process.cwd() */
  cwd?: string;
}

/** Renders a report for people: every history that did not pass, with its line of code, then the coverage and the sum. */
export function formatReport(report: ReplayReport, options: FormatReportOptions = {}): string {
  const { cwd = process.cwd() } = options;
  const shown = (path: string) => relative(cwd, path) || path;
  const blocks = report.histories
    .filter(({ status }) => status !== 'pass')
    .map((result) => formatResult(result, shown));
  return [...blocks, formatSummary(report)].join('\n\n');
}

function formatResult(result: HistoryResult, shown: (path: string) => string): string {
  const { file, status, workflowType, message, divergence, location = divergence?.location } = result;
  const lines = [`${status === 'skipped' ? '-' : '✗'} ${file}  ${workflowType} ${status}`.trimEnd()];
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
  if (divergence?.hint !== undefined) {
    lines.push(`  To do: ${divergence.hint}`);
  } else if (divergence) {
    lines.push(
      "  To do: keep the recorded commands for workflows already open: put the change behind patched('…'), or restore",
    );
    lines.push('  the old call.');
  }
  return lines.join('\n');
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

function formatSummary({ summary, coverage }: ReplayReport): string {
  const { total, pass, durationMs, ...others } = summary;
  const rest = Object.entries(others).flatMap(([status, count]) => (count > 0 ? [`${count} ${status}`] : []));
  const sum = `${total} ${total === 1 ? 'history' : 'histories'}: ${[`${pass} passed`, ...rest].join(', ')} in ${(durationMs / 1_000).toFixed(1)} s.`;
  const { missing } = coverage.workflowTypes;
  return missing.length === 0 ? sum : `No history covers: ${missing.join(', ')}.\n${sum}`;
}
