import type { DoctorCheck, DoctorReport } from '../../setup';

const marks: Record<DoctorCheck['status'], string> = {
  ok: 'ok',
  warning: 'warning',
  problem: 'PROBLEM',
  skipped: 'skipped',
};

/** What `longhaul doctor` prints at a terminal. */
export function doctorText({ checks }: DoctorReport): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.flatMap(({ check, status, message, fix }) => [
    `${marks[status].padEnd(7)}  ${check.padEnd(width)}  ${message}`,
    ...(fix === null ? [] : [`${' '.repeat(width + 11)}${fix}`]),
  ]);
  const count = (wanted: DoctorCheck['status']): number => checks.filter(({ status }) => status === wanted).length;
  const plural = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
  return [...lines, '', `${plural(count('problem'), 'problem')}, ${plural(count('warning'), 'warning')}`].join('\n');
}
