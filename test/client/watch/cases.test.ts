import assert from 'node:assert/strict';
import type { Finding } from 'longhaul/client';
import { compare, keyOf } from '../../../client/watch/cases';

const finding = (more: Partial<Finding> = {}): Finding => ({
  verdict: 'activity-silent',
  workflowType: 'order',
  workflowId: 'order-1',
  runId: 'run-2',
  firstRunId: 'run-1',
  taskQueue: 'orders',
  team: null,
  subject: 'ship',
  since: null,
  message: 'It is silent.',
  fix: 'Look.',
  ...more,
});
const looked = (...findings: Finding[]) => ({
  chains: new Map(findings.map((one) => [`${one.workflowId}/${one.firstRunId}`, 'running' as const])),
  queues: new Set<string>(),
  findings,
});

describe('the cases of a watch', () => {
  const { opened } = compare([], looked(finding()), '2026-01-01T00:00:00.000Z');

  it('are opened once, however often and in whichever run they are found', () => {
    assert.equal(opened.length, 1);
    const again = compare(opened, looked(finding({ runId: 'run-3', message: 'Still.' })), '2026-01-02T00:00:00.000Z');
    assert.deepEqual([again.opened.length, again.resolved.length, again.open.length], [0, 0, 1]);
    assert.equal(again.open[0]?.openedAt, '2026-01-01T00:00:00.000Z');
    assert.equal(again.open[0].message, 'Still.');
  });

  it('stay open where nobody looked, and are over once they are looked at and nothing is found', () => {
    const nobody = compare(opened, { ...looked(), chains: new Map() }, 'now');
    assert.deepEqual([nobody.resolved.length, nobody.open.length], [0, 1]);
    for (const [state, how] of [
      ['running', 'healthy'],
      ['closed', 'closed'],
    ] as const) {
      const over = compare(opened, { ...looked(), chains: new Map([['order-1/run-1', state]]) }, 'now');
      assert.deepEqual(
        over.resolved.map((one) => one.how),
        [how],
      );
      assert.equal(over.open.length, 0);
    }
  });

  it('are told apart by verdict, chain and subject, whatever characters are in them', () => {
    const others = [
      { verdict: 'overdue' },
      { firstRunId: 'run-9' },
      { subject: 'scan' },
      { workflowId: 'order-1/run-1' },
    ] as const;
    const keys = [finding(), ...others.map((more) => finding(more))].map(keyOf);
    assert.equal(new Set(keys).size, keys.length);
  });
});
