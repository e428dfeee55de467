import type { InitReport } from '../../setup';

/** What `longhaul init` prints before it writes: each line that it would add. */
export function initText({ project, found, changes, kept, byHand, notes }: InitReport): string {
  const names = found.workflowTypes.join(', ');
  const lines = [
    `Project       ${project} `.trimEnd(),
    `Worker        ${found.worker ?? 'not found'}`,
    `Workflows     ${found.workflowsPath ?? 'not found'}${names === '' ? '' : `: ${names}`}`,
    `Activities    ${found.activities ?? 'not found'}`,
    `Task queue    ${found.taskQueue ?? 'not found'}`,
    '',
  ];
  for (const { file, kind, what, added } of changes) {
    lines.push(`${kind} ${file}: ${what}`);
    for (const { before, lines: block } of added) {
      if (kind === 'edit') lines.push(`  @@ line ${before}`);
      lines.push(...block.map((line) => `  + ${line}`.trimEnd()));
    }
    lines.push('');
  }
  for (const { file, what } of kept) lines.push(`keep ${file}: ${what}`);
  if (kept.length > 0) lines.push('');
  for (const { file, why, lines: block } of byHand) {
    lines.push(`by hand ${file}: ${why}`, ...block.map((line) => `    ${line}`.trimEnd()), '');
  }
  return [...lines, ...notes].join('\n').trimEnd();
}

/** What it prints in the end. */
export function initOutcome({ changes, written, next }: InitReport): string {
  const steps = ['Next:', ...next.map((step) => `  ${step}`)].join('\n');
  if (changes.length === 0) return '\nNothing to add.';
  if (!written) return `\nNothing is written; longhaul init --write writes it.\n${steps}`;
  return `\nWritten: ${changes.map(({ file }) => file).join(', ')}\n${steps}`;
}
