const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const kib = 1_024;
const mib = 1_024 * kib;

const counts = [1, 10, 100, 1_000, 10_000];

/**
 * Buckets for longhaul's histograms, for `histogramBucketOverrides` of the runtime's exporter. The SDK's own end at 10 seconds, and
 * what runs for days would all be in the last one.
 */
export const histogramBuckets: Record<string, number[]> = {
  longhaul_workflow_execution_time: [minute, 10 * minute, hour, 6 * hour, day, 3 * day, 7 * day, 30 * day],
  longhaul_activity_schedule_to_start: [100, second, 10 * second, minute, 10 * minute, hour],
  longhaul_activity_attempts: [1, 2, 3, 5, 10, 30, 100],
  longhaul_inbox_depth: counts,
  longhaul_inbox_oldest_age: [second, 10 * second, minute, 10 * minute, hour, 6 * hour, day],
  longhaul_rollover_history_events: [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000],
  longhaul_step_usage: [0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000],
  longhaul_rollover_history_bytes: [256 * kib, mib, 4 * mib, 16 * mib, 40 * mib],
};
