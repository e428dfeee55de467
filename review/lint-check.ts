import { areaOfRule } from './areas';
import type { AttributedFinding } from './attribute-findings';
import type { OfType } from './gathered';
import type { Evidence, ReviewArea, ReviewCheck } from './report';

/** What the linter says of a workflow type in one area. */
export function lintCheck({ lint, type, workflows }: OfType, area: ReviewArea): ReviewCheck {
  if (lint.missing) {
    const { message, command } = lint.missing;
    return { check: 'lint', verdict: 'unknown', message, evidence: [], command };
  }
  const inSource = workflows.some(({ name }) => name === type);
  const isOfThis = (finding: AttributedFinding): boolean =>
    areaOfRule(finding.rule) === area && isReached(finding, type, inSource);
  const evidence = [
    ...lint.findings
      .filter(isOfThis)
      .map(({ rule, file, line, message }): Evidence => ({ from: 'lint', rule, file, line, message })),
    ...lint.accepted.filter(isOfThis).map(({ rule, file, line, message }): Evidence => {
      const accepted = `${message} It is accepted by eslint-suppressions.json, which gives neither reason nor owner.`;
      return { from: 'lint', rule, file, line, message: accepted };
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

/** What no workflow of the source reaches may be of one that the source does not show. */
function isReached({ workflows }: AttributedFinding, type: string, inSource: boolean): boolean {
  return workflows === undefined || workflows.includes(type) || (workflows.length === 0 && !inSource);
}
