import { areaOfRule } from './areas';
import type { OfType } from './gathered';
import type { Evidence, ReviewArea, ReviewCheck } from './report';

/** What the linter says of a workflow type in one area. */
export function lintCheck({ lint, type }: OfType, area: ReviewArea): ReviewCheck {
  if (lint.missing) {
    const { message, command } = lint.missing;
    return { check: 'lint', verdict: 'unknown', message, evidence: [], command };
  }
  const found = lint.findings.filter(
    (finding) => areaOfRule(finding.rule) === area && finding.workflows?.includes(type) !== false,
  );
  const accepted = lint.accepted.filter(({ rule }) => areaOfRule(rule) === area);
  const evidence = [
    ...found.map(({ rule, file, line, message }): Evidence => ({ from: 'lint', rule, file, line, message })),
    ...accepted.map(({ rule, file, count }): Evidence => {
      const message = `${count === 1 ? '1 finding is' : `${count} findings are`} accepted by eslint-suppressions.json, which gives neither reason nor owner.`;
      return { from: 'lint', rule, file, message };
    }),
  ];
  const [first] = evidence;
  if (!first) {
    const message = `The linter finds nothing in what ${type} reaches.`;
    return { check: 'lint', verdict: 'go', message, evidence };
  }
  return {
    check: 'lint',
    verdict: 'no-go',
    message: `The linter finds ${evidence.length === 1 ? '1 hazard' : `${evidence.length} hazards`}: ${first.rule ?? ''} at ${first.file}${first.line === undefined ? '' : `:${first.line}`}.`,
    evidence,
    fix: `Mend it as the page of ${first.rule ?? 'the rule'} says, or waive it with a reason: npx longhaul lint shows all.`,
  };
}
