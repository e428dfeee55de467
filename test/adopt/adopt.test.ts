import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { bundleOnce, useServer } from 'longhaul/testing';
import { LonghaulPlugin } from 'longhaul/worker';
import { until } from '../workflows/support';
import * as activities from './activities';
import * as longActivities from './long-activities';
import * as flows from './workflows';

describe('switching longhaul on, and off again, under open plain workflows', () => {
  const server = useServer(require.resolve('./workflows'), { activities });

  for (const enforce of ['warn'] as const) {
    it(`leaves 20 of them and their activities in flight alone, with enforce: '${enforce}'`, async () => {
      const plugins = [new LonghaulPlugin({ enforce })];
      const workflowBundle = await bundleOnce(require.resolve('./workflows'), { plugins });
      const on = { activities: longActivities, workerOptions: { workflowBundle, shutdownGraceTime: '100 ms' } };
      const off = { workerOptions: { shutdownGraceTime: '100 ms' } };
      const many = <T>(start: () => Promise<T>) => Promise.all(Array.from({ length: 4 }, start));
      const crawlMs = 6_000;

      const signalled = await many(() => server.start(flows.signalled, []));
      const timed = await many(() => server.start(flows.timed, [3_000]));
      const turning = await many(() => server.start(flows.turning, []));
      const crawling = await many(() => server.start(flows.crawling, [crawlMs / 20]));
      const watched = await many(() => server.start(flows.watchedCrawling, [crawlMs / 20]));
      const all = [...signalled, ...timed, ...turning, ...crawling, ...watched];
      const send = async (word: string, handles = [...signalled, ...turning]) => {
        for (const { workflowId } of handles) {
          await server.client.workflow.getHandle(workflowId).signal(flows.go, word);
        }
      };

      await server.work(async () => {
        for (const handle of all) {
          await until(
            async () => (await handle.fetchHistory()).events?.length ?? 0,
            (length) => length >= 4,
          );
        }
      }, off);
      await send('one');
      const plugged = { ...on, workerOptions: { ...on.workerOptions, plugins } };
      await server.work(async () => {
        for (const { workflowId } of turning) await server.client.workflow.getHandle(workflowId).signal(flows.turn);
        await setTimeout(1_000);
      }, plugged);
      await send('two');
      await server.work(async () => {
        await send('three', turning);
        assert.deepEqual(await Promise.all(signalled.map((handle) => handle.result())), words(4, ['one', 'two']));
        assert.deepEqual(await Promise.all(timed.map((handle) => handle.result())), words(4, 'timed done'));
        assert.deepEqual(
          await Promise.all(turning.map((handle) => handle.result())),
          words(4, ['one', 'two', 'three']),
        );
        const crawled = [...crawling, ...watched].map((handle) => handle.result());
        assert.deepEqual(await Promise.all(crawled), words(8, crawlMs / 20));
      }, off);
    }).timeout(150_000);
  }
});

function words<T>(count: number, word: T): T[] {
  return Array.from({ length: count }, () => word);
}
