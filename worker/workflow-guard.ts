import { msToNumber } from '@temporalio/common/lib/time';
import { log, metricMeter, workflowInfo } from '@temporalio/workflow';
import type { ActivityInput, WorkflowInterceptorsFactory } from '@temporalio/workflow';

const longMs = 60_000;

type Timeouts = Partial<Record<'heartbeatTimeout' | 'startToCloseTimeout' | 'scheduleToCloseTimeout', number | string>>;

/**
 * Finds activities that may run for a minute or more and are scheduled without a heartbeat timeout.
 *
 * It adds no command and no promise turn, and is silent while recorded commands are replayed: a history recorded without it
 * replays with it, and the other way round.
 */
export function heartbeatGuard(enforce: 'error' | 'warn'): WorkflowInterceptorsFactory {
  return () => ({
    outbound: [
      {
        scheduleActivity(input, next) {
          if (!isUnwatched(input) || workflowInfo().unsafe.isReplaying) return next(input);
          const message =
            `longhaul: '${input.activityType}' may run for a minute or more and has no heartbeatTimeout: a crash of its worker goes ` +
            "unnoticed until start-to-close. Add heartbeatTimeout: '45 seconds' to its proxyActivities options, and beat in it";
          metricMeter
            .createCounter('longhaul_guard_hits', '1', 'Work that a guard warned of or refused')
            .add(1, { guard: 'heartbeat_timeout', enforce });
          if (enforce === 'warn') {
            log.warn(message);
            return next(input);
          }
          // A rejection that nobody handles fails the workflow task, also where the workflow catches what an activity throws: a
          // workflow that went on from here would differ from its own replay, in which this guard is silent.
          void Promise.reject(new Error(message));
          return new Promise(() => undefined);
        },
      },
    ],
  });
}

function isUnwatched({ options }: ActivityInput): boolean {
  // The SDK's own Duration is `any` under node16 resolution.
  const { heartbeatTimeout, startToCloseTimeout, scheduleToCloseTimeout } = options as Timeouts;
  if (heartbeatTimeout !== undefined) return false;
  const longest = startToCloseTimeout ?? scheduleToCloseTimeout;
  return longest === undefined || msToNumber(longest) >= longMs;
}
