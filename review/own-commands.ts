import { packageManagerOf, runWords } from '../config';
import type { ReviewReport } from './report';

/** The report with its commands as the package manager of the project in `folder` runs them: Yarn's Plug'n'Play knows no npx. */
export function withOwnCommands(report: ReviewReport, folder: string): ReviewReport {
  const words = `${runWords[packageManagerOf(folder)]} longhaul`;
  const own = <T extends { command?: string; fix?: string }>(one: T): T => ({
    ...one,
    ...(one.command === undefined ? {} : { command: one.command.replaceAll('npx longhaul', words) }),
    ...(one.fix === undefined ? {} : { fix: one.fix.replaceAll('npx longhaul', words) }),
  });
  return {
    ...report,
    workflows: report.workflows.map((row) => ({
      ...row,
      cells: row.cells.map((cell) => ({ ...cell, checks: cell.checks.map(own) })),
    })),
    sources: report.sources.map(own),
  };
}
