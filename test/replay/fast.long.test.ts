import assert from 'node:assert/strict';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadHistories, replayHistories, type LoadedHistory, type ReplayReport } from '../../replay';
import { decodeHistory, encodeHistory } from '../../replay/proto';
import { Tapes } from '../../replay/tapes';
import { fixtures, markedLine, root, shipped, source, useFolder } from './support';

describe('a fast replay', () => {
  const folder = useFolder();
  const workflowsPath = () => join(folder.path, 'workflows.ts');
  let ci: string | undefined;

  beforeEach(async () => {
    ci = process.env['CI'];
    delete process.env['CI'];
    // A project of its own, with a cache of its own.
    await mkdir(join(folder.path, 'node_modules'));
    await symlink(join(root, 'node_modules/@temporalio'), join(folder.path, 'node_modules/@temporalio'), 'junction');
    await copyFile(source('recorded'), workflowsPath());
  });
  afterEach(() => {
    if (ci === undefined) delete process.env['CI'];
    else process.env['CI'] = ci;
  });

  const replay = async (more: object = {}, histories?: LoadedHistory[]): Promise<ReplayReport> =>
    replayHistories({
      workflowsPath: workflowsPath(),
      histories: histories ?? (await loadHistories([fixtures])),
      fast: true,
      jobs: 1,
      showValues: true,
      ...more,
    });
  const told = ({ histories, coverage, summary, policies }: ReplayReport) => {
    const { durationMs, ...counts } = summary;
    assert.ok(durationMs > 0);
    return { histories, coverage, counts, policies };
  };

  it('reports what the core reports, the second time without it', async () => {
    const first = await replay({ elsewhere: true });
    assert.deepEqual([first.ok, first.engine.withoutCore], [true, 0]);
    const second = await replay({ elsewhere: true });
    assert.equal(second.engine.withoutCore, 5);
    const byTheCore = await replay({ elsewhere: true, fast: false });
    assert.equal(byTheCore.engine.withoutCore, undefined);
    assert.deepEqual(told(second), told(byTheCore));
  });

  it('asks the core where the code answers otherwise, and tells drift each time', async () => {
    await replay();
    const code = await readFile(workflowsPath(), 'utf8');
    await writeFile(workflowsPath(), code.replace('await sleep(200)', 'await sleep(300)'));
    for (const withoutCore of [3, 5]) {
      const report = await replay();
      assert.equal(report.engine.withoutCore, withoutCore);
      const drifted = report.histories.filter(({ drift }) => drift.length > 0);
      assert.equal(drifted.length, 2);
      for (const { drift } of drifted) assert.deepEqual([drift[0]?.path, drift[0]?.actual], ['duration', '0.3 s']);
    }
  });

  it('finds the line at which code diverges', async () => {
    await replay({}, await loadHistories([shipped]));
    await copyFile(source('activity-added'), workflowsPath());
    const { ok, engine, histories } = await replay({}, await loadHistories([shipped]));
    assert.deepEqual([ok, engine.withoutCore, histories[0]?.status], [false, 0, 'nondeterminism']);
    assert.equal(histories[0]?.divergence?.location?.line, await markedLine('activity-added'));
  });

  it('leaves all to the core where CI is set, where options hold functions, and where nothing is kept', async () => {
    await replay();
    process.env['CI'] = 'true';
    const inCi = await replay();
    delete process.env['CI'];
    const codec = { encode: (all: never) => Promise.resolve(all), decode: (all: never) => Promise.resolve(all) };
    const withCodec = await replay({ replayOptions: { dataConverter: { payloadCodecs: [codec] } } });
    const uncached = await replay({ cache: false });
    for (const [{ ok, engine }, why] of [
      [inCi, /^CI is set/],
      [withCodec, /hold functions, such as a codec$/],
      [uncached, /^there is no cache/],
    ] as const) {
      assert.deepEqual([ok, engine.withoutCore], [true, undefined]);
      assert.match(engine.notFast ?? '', why);
    }
  });

  it('takes a damaged tape for none', async () => {
    await replay();
    const tapes = join(folder.path, 'node_modules/.cache/longhaul/tapes');
    for (const name of await readdir(tapes)) await writeFile(join(tapes, name), 'damaged');
    assert.deepEqual([(await replay()).engine.withoutCore, (await replay()).engine.withoutCore], [0, 5]);
  });

  it('fails where it disagrees with the core, and has the core replay all', async () => {
    const [history] = await loadHistories([shipped]);
    assert.ok(history?.encoded);
    await replay({}, [history]);
    const decoded = decodeHistory(history.encoded);
    for (const { activityTaskScheduledEventAttributes: scheduled } of decoded.events ?? []) {
      if (scheduled?.activityType?.name === 'chargeCard') scheduled.activityType.name = 'chargeAnotherCard';
    }
    const other = { ...history, encoded: encodeHistory(decoded) };
    const tapes = Tapes.of(workflowsPath(), {});
    assert.ok(tapes);
    const { workflowId } = history;
    await copyFile(
      tapes.pathOf({ workflowId, encoded: history.encoded }),
      tapes.pathOf({ workflowId, encoded: other.encoded }),
    );
    const { ok, engine, histories, policies } = await replay({}, [other]);
    assert.deepEqual([ok, engine.disagreement, histories[0]?.status], [false, true, 'nondeterminism']);
    assert.match(policies.find(({ policy }) => policy === 'fast')?.message ?? '', /the core says nondeterminism/);
  });
});
