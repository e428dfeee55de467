import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { bundleWorkflowCode } from '@temporalio/worker';
import {
  assertReplays,
  EmptyCorpusError,
  fromHistory,
  loadHistories,
  replayHistories,
  WorkflowBundleError,
} from '../../replay';
import { decodeHistory } from '../../replay/proto';
import { binary, compiled, fixtures, markedLine, shipped, source } from './support';

describe('replayHistories', () => {
  it('passes histories of the code that made them', async () => {
    const report = await replayHistories({
      workflowsPath: compiled('recorded'),
      histories: await loadHistories([fixtures]),
    });
    assert.equal(report.ok, true);
    assert.equal(report.summary.pass, 5);
    assert.deepEqual(report.coverage.workflowTypes.exported, ['family', 'greet', 'order', 'ticker']);
    assert.deepEqual(report.coverage.workflowTypes.missing, []);
  });

  for (const [kind, path] of [
    ['TypeScript', source('activity-added')],
    ['compiled', compiled('activity-added')],
  ] as const) {
    it(`names the source line at which code diverges (${kind}); the golden suite has all the ways`, async () => {
      const report = await replayHistories({ workflowsPath: path, histories: await loadHistories([shipped]) });
      const [result] = report.histories;
      assert.equal(report.ok, false);
      assert.equal(result?.status, 'nondeterminism');
      assert.equal(result.divergence?.location?.file, source('activity-added'));
      assert.equal(result.divergence.location.line, await markedLine('activity-added'));
    });
  }

  it('calls a thrown error a failure, with its line', async () => {
    const { histories } = await replayHistories({
      workflowsPath: source('throws'),
      histories: await loadHistories([shipped]),
    });
    assert.equal(histories[0]?.status, 'failed');
    assert.equal(histories[0].message, 'No price for order-1');
    assert.equal(histories[0].location?.line, await markedLine('throws'));
  });

  it('fails where it was asked to replay elsewhere and can not, and takes any deadline', async () => {
    const codec = {
      encode: (payloads: Payload[]) => Promise.resolve(payloads),
      decode: (payloads: Payload[]) => Promise.resolve(payloads),
    };
    const options = {
      workflowsPath: compiled('recorded'),
      histories: await loadHistories([shipped]),
      replayOptions: { dataConverter: { payloadCodecs: [codec] } },
      deadlineMs: Infinity,
    };
    const here = await replayHistories(options);
    assert.deepEqual([here.ok, here.summary.pass], [true, 1], JSON.stringify(here.failures));
    const { ok, policies, summary } = await replayHistories({ ...options, elsewhere: true });
    assert.deepEqual([ok, summary.pass], [false, 1]);
    assert.match(
      policies.find(({ level }) => level === 'error')?.message ?? '',
      /^Nothing was replayed in another time zone and locale, as was asked for: the options hold functions/,
    );
  });

  it('fails a history whose type is no longer exported', async () => {
    const report = await replayHistories({
      workflowsPath: source('type-renamed'),
      histories: await loadHistories([shipped]),
    });
    assert.equal(report.histories[0]?.status, 'failed');
    assert.match(report.histories[0].message ?? '', /'order': no such function is exported/);
    assert.deepEqual(report.coverage.workflowTypes.missing, ['purchase']);
  });

  it('gives up on a history whose replay hangs, and goes on with the next', async () => {
    const waiting = join(fixtures, 'greet-child-sdk1.24.0.bin.gz');
    const { histories } = await replayHistories({
      workflowsPath: source('loops'),
      histories: await loadHistories([shipped, waiting]),
      // Enough for the next, which ends by itself.
      deadlineMs: 5_000,
    });
    assert.deepEqual(
      histories.map(({ status }) => status),
      ['timeout', 'failed'],
    );
    assert.equal(histories[0]?.message, 'Its replay did not end within 5 s.');
  });

  it('reports what could not be loaded beside what passes', async () => {
    const [good] = await loadHistories([shipped]);
    assert.ok(good);
    const bad = fromHistory({ events: [] }, { workflowId: 'empty' });
    const { histories, ok } = await replayHistories({ workflowsPath: source('recorded'), histories: [bad, good] });
    assert.deepEqual(
      histories.map(({ status }) => status),
      ['invalid', 'pass'],
    );
    assert.equal(ok, false);
  });

  it('replays under the workflow id of the history, from which children take theirs', async () => {
    const history = decodeHistory(await binary(join(fixtures, 'family-two-children-sdk1.24.0.bin.gz')));
    const workflowsPath = source('recorded');
    for (const [workflowId, status] of [
      ['family-7', 'pass'],
      ['fake', 'nondeterminism'],
    ] as const) {
      const { histories } = await replayHistories({ workflowsPath, histories: [fromHistory(history, { workflowId })] });
      assert.equal(histories[0]?.status, status);
    }
  });

  it('replays in this process where options cannot be copied to another, with the same outcome', async () => {
    const codec = { encode: identity, decode: identity };
    const options = {
      replayOptions: { dataConverter: { payloadCodecs: [codec] } },
      histories: await loadHistories([shipped]),
    };
    for (const name of ['recorded', 'activity-added', 'timer-removed']) {
      const { histories } = await replayHistories({ workflowsPath: source(name), ...options });
      assert.equal(histories[0]?.divergence?.location?.line ?? 0, await markedLine(name));
    }
  });

  it('gives up on endless workflow code also where it replays in the calling process', async () => {
    // A process of its own: V8 ends the loop in the middle of Node's promise hooks, which Node may abort over later.
    const { stdout } = await promisify(execFile)(process.execPath, [
      require.resolve('./loops-in-place'),
      source('loops'),
      shipped,
    ]);
    assert.equal(stdout.trim(), 'timeout');
  });

  it('tells each result as it comes, the longest first', async () => {
    const seen: string[] = [];
    await replayHistories({
      workflowsPath: source('recorded'),
      histories: await loadHistories([fixtures]),
      onResult: ({ workflowId }, done) => seen.push(`${done} ${workflowId}`),
    });
    assert.deepEqual(seen, ['1 order-1', '2 order-2', '3 family-7', '4 family-7/ann', '5 ticker-1']);
  });

  it('stops when its signal says so, at whatever moment', async () => {
    const histories = await loadHistories([shipped]);
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: source('loops') });
    // While the process starts, and while it replays.
    for (const ms of [1, 20, 50, 100, 1_500]) {
      await assert.rejects(replayHistories({ workflowBundle, histories, signal: AbortSignal.timeout(ms) }), {
        name: 'TimeoutError',
      });
    }
  });

  it('refuses an empty corpus', () =>
    assert.rejects(replayHistories({ workflowsPath: source('recorded'), histories: [] }), EmptyCorpusError));

  it('refuses a workflow file that is missing or exports nothing', async () => {
    const histories = await loadHistories([shipped]);
    for (const workflowsPath of [source('nowhere'), join(fixtures, 'manifest.json')]) {
      await assert.rejects(replayHistories({ workflowsPath, histories }), WorkflowBundleError);
    }
  });
});

describe('assertReplays', () => {
  it('throws the readable report', async () => {
    const histories = await loadHistories([shipped]);
    await assert.rejects(assertReplays({ workflowsPath: source('activity-added'), histories }), (error: Error) => {
      assert.match(error.message, /expected +ActivityTaskScheduled chargeCard\n +got +ScheduleActivity askFraudDesk/);
      assert.match(error.message, /> 19 \| {3}await askFraudDesk\(id\);/);
      assert.match(error.message, /patched\('…'\)/);
      return true;
    });
  });

  it('returns the report where all is well', async () => {
    const histories = await loadHistories([shipped]);
    assert.equal((await assertReplays({ workflowsPath: source('recorded'), histories })).ok, true);
  });
});

function identity<T>(payloads: T): Promise<T> {
  return Promise.resolve(payloads);
}
