import { kinds } from './lane';
import type { Finding } from './lane';

/** A finding in which something acknowledged was lost, or something was made up. */
export const isWrong = ({ from, committed, made }: Finding): boolean => from < committed || from > made;

/** What the drills print, as Markdown. */
export function summary(findings: readonly Finding[]): string {
  const head = [
    'activity',
    'drills',
    'at or after the last commit',
    'steps done again, median',
    'max',
    'seconds to resume, median',
    'max',
  ];
  const rows = kinds.map((kind) => {
    const ofKind = findings.filter((finding) => finding.kind === kind);
    const again = ofKind.map(({ made, from }) => made - from);
    const seconds = ofKind.map(({ secondsToResume }) => secondsToResume);
    const right = ofKind.filter((finding) => !isWrong(finding)).length;
    return [
      kind,
      ofKind.length,
      right,
      middle(again),
      Math.max(...again),
      middle(seconds).toFixed(1),
      Math.max(...seconds).toFixed(1),
    ];
  });
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
