import type { MetricMeter } from '@temporalio/common';

/** What a long activity counts, through the SDK's meter: it goes where the worker's other metrics go. */
export function longActivityMetrics(meter: MetricMeter) {
  const counter = (name: string, what: string) => meter.createCounter(name, '1', what);
  return {
    beats: counter('longhaul_activity_beats', 'Heartbeats of long activities that the server has, commits included'),
    commits: counter('longhaul_activity_commits', 'Checkpoint commits that the server has acknowledged'),
    stalls: counter('longhaul_activity_stalls', 'Attempts that made no progress for stallAfter, or outran a hold'),
    handovers: counter('longhaul_activity_handovers', 'Attempts that handed over to the next one'),
    blocks: counter(
      'longhaul_event_loop_blocked',
      'Times that a blocked event loop endangered the beats of an attempt',
    ),
    guardHits: counter('longhaul_guard_hits', 'Work that a guard warned of or refused'),
  };
}

export type LongActivityMetrics = ReturnType<typeof longActivityMetrics>;
