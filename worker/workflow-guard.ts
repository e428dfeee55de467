import { msToNumber } from '@temporalio/common/lib/time';
import { log, metricMeter, workflowInfo } from '@temporalio/workflow';
import type { ActivityInput, WorkflowOutboundCallsInterceptor } from '@temporalio/workflow';
import { guardHits, guardLevel, guardTag } from './guard-rules';
import type { GuardLevels, GuardRule } from './guard-rules';

const longMs = 60_000;

type Timeouts = Partial<Record<'heartbeatTimeout' | 'startToCloseTimeout' | 'scheduleToCloseTimeout', number | string>>;

interface Finding {
  rule: GuardRule;
  problem: string;
}

/**
 * Looks at each activity as it is scheduled. It is silent while recorded commands are replayed, so that a history recorded without
 * it replays with it.
 */
export function guardInterceptor(guards: GuardLevels): WorkflowOutboundCallsInterceptor {
  /** What this run was warned of: once is enough for a log. */
  const told = new Set<string>();
  return {
    scheduleActivity(input, next) {
      if (workflowInfo().unsafe.isReplaying) return next(input);
      const refused: string[] = [];
      for (const { rule, problem } of findings(input)) {
        const enforce = guardLevel(guards, rule, input.activityType);
        if (enforce === 'off') continue;
        metricMeter.createCounter(...guardHits).add(1, { guard: guardTag(rule), enforce });
        const message = `longhaul: '${input.activityType}' ${problem}`;
        if (enforce === 'error') refused.push(message);
        else if (!told.has(message)) log.warn(message);
        told.add(message);
      }
      if (refused.length === 0) return next(input);
      // A rejection that nobody handles fails the workflow task, also where the workflow catches what an activity throws: a
      // workflow that went on from here would differ from its own replay, in which this guard is silent.
      void Promise.reject(new Error(refused.join('; ')));
      return new Promise(() => undefined);
    },
  };
}

function findings({ options }: ActivityInput): Finding[] {
  // The SDK's own Duration is `any` under node16 resolution.
  const { heartbeatTimeout, startToCloseTimeout, scheduleToCloseTimeout } = options as Timeouts;
  const longest = startToCloseTimeout ?? scheduleToCloseTimeout;
  const isLong = longest === undefined || msToNumber(longest) >= longMs;
  const found: Finding[] = [];
  if (isLong && heartbeatTimeout === undefined) {
    found.push({
      rule: 'heartbeatTimeout',
      problem:
        'may run for a minute or more and has no heartbeatTimeout: a crash of its worker goes unnoticed until start-to-close. ' +
        "Add heartbeatTimeout: '45 seconds' to its proxyActivities options, and beat in it",
    });
  }
  if (isLong && scheduleToCloseTimeout === undefined) {
    found.push({
      rule: 'scheduleToClose',
      problem:
        'may run for a minute or more and has no scheduleToCloseTimeout: nothing bounds its attempts together. ' +
        "Add scheduleToCloseTimeout to its proxyActivities options, such as '1 day'",
    });
  }
  if (heartbeatTimeout !== undefined && longest !== undefined && msToNumber(heartbeatTimeout) >= msToNumber(longest)) {
    found.push({
      rule: 'heartbeatOverStartToClose',
      problem:
        `has a heartbeatTimeout of ${heartbeatTimeout} and may run for ${longest}: the heartbeat timeout can never strike. ` +
        'Make it shorter than startToCloseTimeout',
    });
  }
  return found;
}
