import assert from 'node:assert/strict';
import { ServiceError } from '@temporalio/client';
import { defineUpdate } from '@temporalio/workflow';
import { submit, SubmitTimeoutError } from 'longhaul/client';
import type { SubmitTarget } from 'longhaul/client';

const ask = defineUpdate<string, [string]>('ask');

/**
 * A client that is refused so often before it is answered. Not a real one: these refusals come when a workflow task that was to take an
 * update fails as its run ends, a matter of milliseconds.
 */
function refused(times: number, code: number, details: string): { target: SubmitTarget; ids: string[] } {
  const ids: string[] = [];
  const startUpdate = (_update: unknown, { updateId }: { updateId: string }) => {
    ids.push(updateId);
    if (ids.length > times) return Promise.resolve({ result: () => Promise.resolve('answered') });
    const cause = Object.assign(new Error(`${code} ${details}`), { code, details });
    return Promise.reject(new ServiceError('Workflow Update failed', { cause }));
  };
  const client = { getHandle: () => ({ startUpdate }), withAbortSignal: (_: unknown, call: () => unknown) => call() };
  return { target: { client, workflowId: 'w' } as unknown as SubmitTarget, ids };
}

describe('submit', () => {
  for (const details of [
    'Unable to perform workflow execution update due to unexpected workflow task failure.',
    // Of a task that was tried three times: its workers die, or its code is to be mended.
    'Unable to perform workflow execution update due to Workflow Task in failed state.',
  ]) {
    it(`sends an update again, under the same id, after: ${details}`, async () => {
      const { target, ids } = refused(2, 9, details);
      assert.equal(await submit(target, ask, 'x'), 'answered');
      assert.equal(ids.length, 3);
      assert.equal(new Set(ids).size, 1);
      await assert.rejects(submit(refused(9, 9, details).target, ask, 'x', { timeout: 400 }), (error: Error) => {
        assert.ok(error instanceof SubmitTimeoutError);
        return error.message.endsWith(`Last: ${details}`);
      });
    });
  }

  it('tells of what is not of the moment at once', async () => {
    const { target, ids } = refused(1, 9, 'Namespace is handed over.');
    await assert.rejects(submit(target, ask, 'x'), ServiceError);
    assert.equal(ids.length, 1);
  });

  it('gives each try a signal of its own, since a call leaves a listener behind', async () => {
    const { target } = refused(3, 14, 'the server is being restarted');
    const tries = new Set<AbortSignal>();
    const client = target.client as unknown as { withAbortSignal: unknown };
    client.withAbortSignal = (signal: AbortSignal, call: () => unknown) => {
      tries.add(signal);
      return call();
    };
    assert.equal(await submit(target, ask, 'x', { timeout: '1 minute' }), 'answered');
    assert.equal(tries.size, 4);
  });
});
