import assert from 'node:assert/strict';
import { areaOfRule } from 'longhaul/review';
import type { ReviewCheck, ReviewReport } from 'longhaul/review';
import plugin from 'eslint-plugin-longhaul';
import { placedRules } from '../../review/areas';
import { reviewHtml } from '../../cli/render/review-html';
import { reviewMarkdown } from '../../cli/render/review-markdown';
import { reviewText } from '../../cli/render/review-text';

const bad: ReviewCheck = {
  check: 'replay',
  verdict: 'no-go',
  message: 'It holds <b>ship</b> | `now`.',
  evidence: [{ from: 'replay', file: 'a.bin.gz', eventId: 7, message: 'It differs.' }],
  fix: 'Use patched().',
};
const waived: ReviewCheck = {
  check: 'drill',
  activity: 'ship',
  verdict: 'unknown',
  message: 'Nobody has seen what a crash costs it.',
  evidence: [],
  command: 'npx longhaul drill',
  waived: { reason: 'No test account', owner: 'ana', until: '2027-05-31' },
};
const ended = { reason: 'It was new', owner: 'ben', until: '2026-01-31' };
const report: ReviewReport = {
  schema: 'longhaul.review/1',
  ok: false,
  verdict: 'no-go',
  at: '2026-12-01T00:00:00.000Z',
  workflows: [
    {
      workflowType: 'order',
      verdict: 'no-go',
      cells: [
        { area: 'heartbeats', verdict: 'go', waived: true, checks: [waived], expiredWaivers: [] },
        { area: 'determinism', verdict: 'no-go', waived: false, checks: [bad], expiredWaivers: [ended] },
      ],
    },
  ],
  sources: [{ source: 'drills', gathered: false, message: 'There is no record.', command: 'npx longhaul drill' }],
};

describe('the scorecard', () => {
  for (const [name, render] of Object.entries({ reviewText, reviewMarkdown, reviewHtml })) {
    it(`shows verdict, evidence, fix and waivers: ${name}`, () => {
      const shown = render(report);
      for (const word of [
        /no-go/,
        /go \(waived\)/,
        /a\.bin\.gz event 7/,
        /Use patched\(\)/,
        /ana/,
        /2027-05-31/,
        /No test account/,
        /ben/,
        /2026-01-31/,
      ])
        assert.match(shown, word);
    });
  }

  it('lets nothing that it quotes become markup', () => {
    assert.doesNotMatch(reviewHtml(report), /<b>ship/);
    const markdown = reviewMarkdown(report);
    assert.ok(markdown.includes('\\<b\\>ship\\</b\\> \\| \\`now\\`'), markdown);
  });

  it('places only rules that the linter has, and the rest in determinism', () => {
    const rules = Object.keys(plugin.rules ?? {});
    assert.deepEqual(
      placedRules.filter((rule) => !rules.includes(rule)),
      [],
    );
    assert.equal(areaOfRule('no-date-now'), 'determinism');
    assert.equal(areaOfRule('require-heartbeat'), 'heartbeats');
  });
});
