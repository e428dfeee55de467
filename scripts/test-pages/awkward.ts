import { inspectHtml } from '../../cli/render/inspect-html';
import { reviewHtml } from '../../cli/render/review-html';
import type { InspectReport } from '../../replay';
import type { ReviewCheck, ReviewReport } from '../../review';

/** What stands in all names and texts of a page. */
export interface Words {
  long: string;
  markup: string;
}

const awkward: Words = {
  long: 'a-name-without-a-space-'.repeat(20),
  markup: '<script>console.log("markup")</script><img src="https://example.com/x.png">',
};

const attack =
  `</script></style></title></svg>--><script>document.title = 'ran'</script>"onload="document.title='ran'" 'onerror='x' ` +
  '<svg onload=console.log(1)><a href="javascript:alert(1)">&lt;b&gt; \u202egnp.exe \u2066 \u001b[8m \u0007 \0 {{x}} ${x} url(http://127.0.0.1:1/x)';

/** Each name attacks, and texts hold a word of 100 kB. */
export const hostile: Words = { long: attack, markup: attack + 'w'.repeat(100_000) };

const at = '2026-01-01T00:00:00.000Z';
const hours = (count: number): string => new Date(Date.parse(at) + count * 3_600_000).toISOString();

/** A run in which each name is long or is markup, and each part is there. */
export function awkwardInspection({ long, markup } = awkward): string {
  const carried = {
    bytes: 12_345,
    envelope: { protocol: 1, run: 3, cause: 'events', parts: [{ part: long, bytes: 9 }], inboxes: {}, deadLetters: 0, undeclared: 2 },
  }; // prettier-ignore
  const report: InspectReport = {
    schema: 'longhaul.inspect/1',
    ok: false,
    at,
    unreadable: [{ file: `${long}.json`, message: markup }],
    runs: [
      {
        file: long,
        workflowId: long,
        runId: '0199c0de-0000-7000-8000-000000000000',
        workflowType: `${markup}${long}`,
        taskQueue: long,
        sdk: 'typescript 1.24.0',
        status: 'open',
        startedAt: at,
        lastEventAt: hours(48),
        spanMs: 48 * 3_600_000,
        events: 51_000,
        bytes: 49_000_000,
        kinds: [{ kind: 'ActivityTaskScheduled', events: 51_000, bytes: 49_000_000 }],
        growth: Array.from({ length: 49 }, (_, hour) => ({ at: hours(hour), events: hour * 1_062, bytes: hour * 1e6 })),
        perItem: { unit: `signal ${long}`, items: 7, events: 7.5, bytes: 1_000 },
        largestPayloads: [{ eventId: 5, kind: 'ActivityTaskScheduled', name: long, part: 'input', bytes: 2_000_000 }],
        activities: [
          {
            type: long, scheduled: 9, completed: 1, failed: 2, timedOut: 3, cancelled: 1, open: 2, mostAttempts: 90, retried: 5,
            medianMs: 100, maxMs: 86_400_000, heartbeatTimeoutMs: null, startToCloseTimeoutMs: 1, scheduleToCloseTimeoutMs: null,
            lastFailure: `${markup} ${long.repeat(3)}`,
          }, // prettier-ignore
        ],
        messages: [{ kind: 'signal', name: long, received: 9_999, bytes: 10, notSeen: 4 }],
        unhandled: [{ what: `signal ${long}`, count: 4 }],
        gaps: [{ from: at, to: hours(20), ms: 72_000_000, after: { eventId: 1, kind: 'x' }, before: { eventId: 2, kind: 'y' }, during: [long, long] }], // prettier-ignore
        waitingOn: [
          {
            what: 'activity',
            name: long,
            eventId: 9,
            since: at,
            until: hours(90),
            attempt: 90,
            lastFailure: markup,
            note: long,
          },
        ],
        continuedFrom: { runId: 'x', carried },
        continuedAs: null,
        workflowTaskFailure: { eventId: 7, cause: 'NonDeterministicError', message: `${markup}${long}`, count: 3 },
        timeline: Array.from({ length: 70 }, (_, hour) => ({
          what: 'activity' as const,
          name: hour % 2 === 0 ? long : 'ship',
          from: hours(hour % 48),
          to: hour % 3 === 0 ? null : hours((hour % 48) + 1),
          status: hour % 5 === 0 ? 'failed' : 'completed',
        })),
        steps: [{ eventId: 5, what: 'activity', name: long, at, ms: 5, attempts: 1, status: 'completed', input: [long, { deep: markup }], output: long }], // prettier-ignore
        replay: { ms: 9_000, halfMs: 4_000, status: 'pass' },
        forecast: [{ what: 'limit', threshold: '51,200 events', now: 51_000, at: 51_200, unit: 'events', when: hours(50), items: 3, reached: false }], // prettier-ignore
      },
    ],
  };
  return inspectHtml(report);
}

/** Many workflows with long names, and one cell of each verdict with all that a check may have. */
export function awkwardReview({ long, markup } = awkward, types = 12): string {
  const check: ReviewCheck = {
    check: 'lint',
    activity: long,
    verdict: 'no-go',
    message: `${markup} ${long}`,
    evidence: [{ from: 'lint', file: `${long}.ts`, line: 4, rule: 'no-date-now', message: long }],
    fix: markup,
    command: `npx longhaul drill --activity ${long}`,
    waived: { reason: long, owner: long, until: '2027-01-01' },
  };
  const { waived, ...open } = check;
  const report: ReviewReport = {
    schema: 'longhaul.review/1',
    ok: false,
    verdict: 'no-go',
    at,
    workflows: Array.from({ length: types }, (_, nth) => ({
      workflowType: nth % 2 === 0 ? `${long}${nth}` : `order${nth}`,
      verdict: 'no-go',
      cells: (['heartbeats', 'history', 'determinism', 'signals', 'observability'] as const).map((area, column) => ({
        area,
        verdict: column % 3 === 0 ? 'go' : column % 3 === 1 ? 'no-go' : 'unknown',
        waived: column === 0,
        checks: [check, open],
        expiredWaivers: waived && column === 2 ? [waived] : [],
      })),
    })),
    sources: [{ source: 'lint', gathered: false, message: long, command: markup }],
  };
  return reviewHtml(report);
}

/** Does all of it wrong. */
export const brokenPage = `<!doctype html><meta name="viewport" content="width=device-width">
<style>@media print { p { display: none } }</style>
<p style="width: 900px">${'wide '.repeat(60)}</p><p style="font-size: 5px">small print</p>
<details><summary>more</summary><div>folded</div></details><img src="http://127.0.0.1:1/x.png"><script>console.error('oh'); </script>`;
