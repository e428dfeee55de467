import type { FailureGroup, HistoryResult } from './report';

/** What did not pass, one entry a cause: one broken line that fails eighty histories is one thing to mend. */
export function failuresOf(results: readonly HistoryResult[]): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { status, workflowType, divergence, message, location, file } of results) {
    if (status === 'pass' || status === 'drift') continue;
    const at = divergence?.location ?? location;
    const cause = JSON.stringify([
      status,
      workflowType,
      divergence?.expected,
      divergence?.actual,
      at ?? divergence?.message ?? message,
    ]);
    const known = groups.get(cause);
    if (known) known.files.push(file);
    else {
      groups.set(cause, {
        status,
        workflowType,
        ...(divergence && { divergence }),
        ...(message !== undefined && { message }),
        ...(location && { location }),
        files: [file],
      });
    }
  }
  return [...groups.values()].sort((a, b) => b.files.length - a.files.length);
}
