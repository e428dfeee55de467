import type { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptors, WorkerInterceptors } from '@temporalio/worker';
import { beatListener } from '../activities/beat-listener';
import { enforcement } from '../activities/enforcement';
import { activityHost } from './activity-host';
import { applied } from './applied';
import { BeatWatch } from './beat-watch';
import { guardLevel } from './guard-rules';
import type { GuardLevels } from './guard-rules';

/** Adds what the plugin does around each attempt of an activity: metrics, the guards' settings, and a watch on its beats. */
export function withActivityInterceptor(
  interceptors: WorkerInterceptors = {},
  guards: GuardLevels,
): WorkerInterceptors {
  const { activity = [] } = interceptors;
  if (activity.some((factory) => applied in factory)) return interceptors;
  const factory = (context: Context): ActivityInterceptors => ({
    inbound: {
      async execute(input, next) {
        const { activityType } = context.info;
        recordStart(context);
        const watch = new BeatWatch(context, (rule) => guardLevel(guards, rule, activityType));
        try {
          const result = await beatListener.run(watch.beat, () =>
            enforcement.run(guardLevel(guards, 'heartbeatTimeout', activityType), () => next(input)),
          );
          recordEnd(context, 'completed');
          return result;
        } catch (error) {
          // Who completes it by its token is not done yet.
          if (!(error instanceof Error && error.name === 'CompleteAsyncError')) {
            recordEnd(context, error instanceof CancelledFailure ? 'cancelled' : 'failed');
          }
          throw error;
        } finally {
          watch.end();
        }
      },
    },
  });
  // First, so that it sees the attempt whole.
  return { ...interceptors, activity: [Object.assign(factory, { [applied]: true }), activityHost(), ...activity] };
}

function recordStart({ info, metricMeter }: Context): void {
  if (info.isLocal) return;
  // Of two machines: their clocks may differ.
  const waited = Math.max(0, Date.now() - info.currentAttemptScheduledTimestampMs);
  metricMeter
    .createHistogram('longhaul_activity_schedule_to_start', 'int', 'ms', 'How long an attempt waited for a worker')
    .record(waited);
}

function recordEnd({ info, metricMeter }: Context, outcome: 'completed' | 'cancelled' | 'failed'): void {
  metricMeter
    .createHistogram('longhaul_activity_attempts', 'int', '1', 'Which attempt ended, from 1')
    .record(info.attempt, { outcome });
}
