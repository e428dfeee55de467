import { formatReport } from './format-report';
import { replayHistories, type ReplayHistoriesOptions } from './replay-histories';
import type { ReplayReport } from './report';

/** Some history did not replay. The message is the readable report. */
export class ReplayFailedError extends Error {
  override readonly name = 'ReplayFailedError';

  constructor(readonly report: ReplayReport) {
    super(formatReport(report));
  }
}

/**
 * Replays histories and throws unless all of them pass: `replayHistories` for a test.
 *
 * @throws ReplayFailedError with the readable report as its message.
 */
export async function assertReplays(options: ReplayHistoriesOptions): Promise<ReplayReport> {
  const report = await replayHistories(options);
  if (!report.ok) throw new ReplayFailedError(report);
  return report;
}
