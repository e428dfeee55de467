import { whatToDo } from './format-report';
import { groupDrift } from './group-drift';
import type { ReplayReport, SourceLocation } from './report';

/** Workflow commands by which GitHub shows findings at their lines of a pull request. Paths must be relative to the repository. */
export function formatGithubAnnotations({ failures, histories, policies }: ReplayReport): string {
  const lines: string[] = [];
  for (const { status, files, workflowType, divergence, message = '', location = divergence?.location } of failures) {
    if (status === 'skipped') continue;
    const words = divergence
      ? `Event ${divergence.eventId ?? 'unknown'}: expected ${divergence.expected}, got ${divergence.actual}. To do: ${divergence.hint ?? whatToDo}`
      : message;
    const count = files.length === 1 ? (files[0] ?? '') : `${files.length} histories`;
    lines.push(annotation('error', `${workflowType} ${status} (${count})`, words, location));
  }
  for (const { workflowType, entry } of groupDrift(histories)) {
    const { command, path, recorded, actual, ofItself, location } = entry;
    const words = `${command}: ${path} was ${recorded}, is ${actual}`;
    lines.push(annotation(ofItself ? 'error' : 'warning', `${workflowType} drift`, words, location));
  }
  for (const { policy, level, message } of policies) lines.push(annotation(level, policy, message, undefined));
  return lines.join('\n');
}

function annotation(level: string, title: string, words: string, at: SourceLocation | undefined): string {
  const place = at ? `file=${property(at.file)},line=${at.line},col=${at.column},` : '';
  return `::${level} ${place}title=${property(title)}::${data(words)}`;
}

const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');

/** A Markdown page for the summary of a run of GitHub Actions. */
export function formatGithubSummary({ summary, failures, coverage, policies, ok }: ReplayReport): string {
  const { total, durationMs, ...statuses } = summary;
  const counts = Object.entries(statuses).filter(([, count]) => count > 0);
  const lines = [
    `## ${ok ? '✅' : '❌'} Replay of ${total} ${total === 1 ? 'history' : 'histories'} in ${(durationMs / 1_000).toFixed(1)} s`,
    '',
    `| ${counts.map(([status]) => status).join(' | ')} |`,
    `| ${counts.map(() => '---:').join(' | ')} |`,
    `| ${counts.map(([, count]) => count).join(' | ')} |`,
  ];
  if (failures.length > 0) {
    lines.push('', '| histories | type | expected | got | at |', '| ---: | --- | --- | --- | --- |');
    for (const { files, workflowType, status, divergence, message = '', location = divergence?.location } of failures) {
      const place = location ? `${location.file}:${location.line}` : '';
      const cells = [files.length, workflowType, divergence?.expected ?? status, divergence?.actual ?? message, place];
      lines.push(`| ${cells.map((cell) => String(cell).replace(/\|/g, '\\|').replace(/\s+/g, ' ')).join(' | ')} |`);
    }
  }
  const broken = policies.filter(({ level }) => level === 'error');
  if (broken.length > 0) lines.push('', ...broken.map(({ message }) => `- ${message}`));
  const { missing } = coverage.workflowTypes;
  if (missing.length > 0) lines.push('', `No history covers: ${missing.join(', ')}.`);
  return `${lines.join('\n')}\n`;
}
