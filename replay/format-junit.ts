import type { HistoryResult, ReplayReport } from './report';

/** A report in the XML that CI servers read: a test case for each history. */
export function formatJunit({ histories, summary, policies }: ReplayReport): string {
  const broken = policies.filter(({ level }) => level === 'error');
  const failures = summary.total - summary.pass - summary.drift - summary.skipped - summary.invalid + broken.length;
  const suite = `name="longhaul replay" tests="${summary.total + broken.length}" failures="${failures}" errors="${summary.invalid}" skipped="${summary.skipped}" time="${summary.durationMs / 1_000}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite ${suite}>`,
    ...histories.map(testCase),
    ...broken.map(
      ({ policy, message }) =>
        `  <testcase classname="policy" name="${escape(policy)}"><failure message="${escape(message)}"/></testcase>`,
    ),
    '</testsuite></testsuites>',
    '',
  ].join('\n');
}

function testCase(result: HistoryResult): string {
  const { workflowType, file, status, divergence, message = '', location = divergence?.location } = result;
  const head = `  <testcase classname="${escape(workflowType)}" name="${escape(file)}"`;
  if (status === 'pass' || status === 'drift') return `${head}/>`;
  if (status === 'skipped') return `${head}><skipped message="${escape(message)}"/></testcase>`;
  const words = divergence
    ? `Event ${divergence.eventId ?? 'unknown'}: expected ${divergence.expected}, got ${divergence.actual}`
    : message;
  const place = location ? ` at ${location.file}:${location.line}:${location.column}` : '';
  const kind = status === 'invalid' ? 'error' : 'failure';
  return `${head}><${kind} type="${status}" message="${escape(words + place)}"/></testcase>`;
}

function escape(text: string): string {
  return text
    .replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`)
    .replace(/\n/g, '&#10;')
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, ''); // not allowed in XML, escaped or not
}
