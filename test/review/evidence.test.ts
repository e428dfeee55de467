import assert from 'node:assert/strict';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { knownTypes, judge } from 'longhaul/review';
import type { Gathered } from 'longhaul/review';
import { saveHistory } from 'longhaul/replay';
import { gatherDrills } from '../../review/gather-drills';
import { gatherLint } from '../../review/gather-lint';
import { gatherHistories } from '../../review/gather-histories';
import { workflowsIn } from '../../review/workflow-types';
import { decodeHistory, EventType } from '../../replay/proto';
import { payloadsOf } from '../../replay/record/payloads-of';
import { binary, compiled, fixtures, shipped, useFolder } from '../replay/support';
import { aesCodec } from '../record/codecs';
import { gathered } from './gathered';

const key = '22'.repeat(32);

describe('what a review rests on', () => {
  const folder = useFolder();

  const checkOf = (of: Gathered, type: string, check: string) =>
    judge(of, [type], Date.now())
      .workflows.flatMap(({ cells }) => cells.flatMap(({ checks }) => checks))
      .find((one) => one.check === check);
  const replayed = (path: string) =>
    gatherHistories({ paths: [path], cwd: folder.path, workflowsPath: compiled('recorded') });

  it('finds workflows however they are exported, under the names that they are exported by', async () => {
    const files: Record<string, string> = {
      'index.ts': `
import { wrap } from './wrap';
export { ship, hidden as shown, type Order } from './flows';
export * from './more.js';
async function later(): Promise<void> {}
async function inner(): Promise<void> {}
export { later, inner as outer };
export const wrapped = wrap(async () => {});
export function helper(): number { return 1; }
export const cents = (euros: number) => euros * 100;
`,
      'flows.ts': `
export async function ship(): Promise<void> {}
export async function hidden(): Promise<void> {}
export async function unused(): Promise<void> {}
export interface Order { id: string }
`,
      'more.ts': `export const queue = longRunning('queue', {}, async () => {});\n`,
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder.path, name), text);
    const { workflows, others } = await workflowsIn([join(folder.path, 'index.ts')]);
    assert.deepEqual(workflows.map(({ name }) => name).sort(), ['later', 'outer', 'queue', 'ship', 'shown']);
    assert.deepEqual(others.sort(), ['cents', 'helper']);
    assert.deepEqual(workflows.find(({ name }) => name === 'shown')?.file, join(folder.path, 'flows.ts'));
  });

  it('knows a workflow that only the bundle tells of, so that no go leaves it out', () => {
    assert.deepEqual(knownTypes(gathered({ exported: ['wrapped'], catalog: { order: {} } })), ['order', 'wrapped']);
  });

  it('is unknown for every type where a saved history of nobody knows which can not be read', async () => {
    await copyFile(shipped, join(folder.path, 'order.bin.gz'));
    const whole = await replayed(folder.path);
    assert.equal(checkOf(gathered({ histories: whole }), 'order', 'replay')?.verdict, 'go');
    await writeFile(join(folder.path, 'cut-off.bin.gz'), (await binary()).subarray(0, 50));
    const check = checkOf(gathered({ histories: await replayed(folder.path) }), 'order', 'replay');
    assert.equal(check?.verdict, 'unknown');
    assert.match(
      check.message,
      /1 saved history can't be read, and may be of order: cut-off\.bin\.gz: It cannot be unzipped/,
    );
    assert.ok(check.command);
  });

  it('is no-go where code drifts from itself, for which longhaul replay fails too', async () => {
    await copyFile(shipped, join(folder.path, 'order.bin.gz'));
    const { runs, ...others } = await replayed(folder.path);
    const drift = [
      { eventId: 11, command: 'TimerStarted', path: 'duration', recorded: '1 s', actual: '2 s', ofItself: true },
    ];
    const drifting = runs.map((run) => ({
      ...run,
      ...(run.replay && { replay: { ...run.replay, status: 'drift', drift } }),
    }));
    const histories = { ...others, runs: drifting as typeof runs };
    const check = checkOf(gathered({ histories }), 'order', 'replay');
    assert.equal(check?.verdict, 'no-go');
    assert.match(check.message, /the same code says something else than itself \(TimerStarted duration\)/);
    assert.notEqual(checkOf(gathered({ histories }), 'order', 'span')?.verdict, 'go');
  });

  it('replays histories that were kept encoded by their codec, and without it says that they were not replayed', async () => {
    const history = decodeHistory(await binary());
    const codec = aesCodec(key);
    for (const group of (history.events ?? []).flatMap(payloadsOf)) group.replace(await codec.encode(group.payloads));
    const corpus = join(folder.path, 'opaque');
    await mkdir(corpus);
    await saveHistory(corpus, { history, workflowId: 'order-1', what: 'opaque', about: { payloads: 'opaque' } });
    const at = { paths: [corpus], cwd: folder.path, workflowsPath: compiled('recorded') };
    const read = await gatherHistories({ ...at, codecs: () => Promise.resolve([codec]) });
    assert.equal(checkOf(gathered({ histories: read }), 'order', 'replay')?.verdict, 'go');
    const check = checkOf(gathered({ histories: await gatherHistories(at) }), 'order', 'replay');
    assert.equal(check?.verdict, 'unknown');
    assert.match(check.message, /were not replayed: .*no codec decodes them/);
  });

  it('is no-go for signals where a workflow ran out of its time with one that no code had seen', async () => {
    const history = decodeHistory(await binary(join(fixtures, 'order-waiting-sdk1.24.0.bin.gz')));
    const events = history.events ?? [];
    const { eventTime } = events.at(-1) ?? {};
    const more = [
      {
        eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
        workflowExecutionSignaledEventAttributes: { signalName: 'approve' },
      },
      { eventType: EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT, workflowExecutionTimedOutEventAttributes: {} },
    ];
    for (const event of more)
      events.push({ eventId: (events.length + 1) as never, eventTime: eventTime ?? null, ...event });
    await saveHistory(folder.path, { history: { events }, workflowId: 'order-2', what: 'ran out' });
    const check = checkOf(gathered({ histories: await replayed(folder.path) }), 'order', 'lost');
    assert.equal(check?.verdict, 'no-go', check?.message);
    assert.match(check.message, /^It ended with 1 signal approve that no code had seen\.$/);
  });

  it('is unknown in each area that the linter looks at where it finds nothing to look at', async () => {
    await writeFile(join(folder.path, 'package.json'), '{}');
    const lint = await gatherLint(folder.path);
    const found = judge(gathered({ lint }), ['order'], Date.now()).workflows.flatMap(({ cells }) =>
      cells.flatMap(({ area, checks }) =>
        checks.flatMap((one) => (one.check === 'lint' ? [`${area} ${one.verdict} ${one.command ?? ''}`] : [])),
      ),
    );
    assert.equal(found.length, 4);
    for (const one of found) assert.match(one, /^\w+ unknown npx longhaul lint$/);
    assert.equal(checkOf(gathered({}), 'order', 'lint')?.verdict, 'go');
  });

  it('passes over records of drills that are cut off or are none', async () => {
    for (const text of ['', 'null', '{"schema":"longhaul.drill/1","at":"2026-01-01"}', '{"schema":"other/1"}'])
      await writeFile(join(folder.path, `${text.length}.json`), text);
    await mkdir(join(folder.path, 'folder.json'));
    assert.deepEqual(await gatherDrills([folder.path], folder.path), []);
  });

  it('gives a fix that can be pasted, whatever a workflow type is called', () => {
    const fixOf = (type: string) => checkOf(gathered({}), type, 'owner')?.fix ?? '';
    assert.match(fixOf('order'), /catalog: \{ order: \{ team/);
    for (const type of ['order-queue', 'eu/order', "o'brien", '📦', '1st']) {
      const [, object = ''] = /catalog: (\{.*\}) to /.exec(fixOf(type)) ?? [];
      assert.deepEqual(Object.keys(runInNewContext(`(${object})`) as object), [type]);
    }
  });

  for (const type of ['constructor', '__proto__', 'toString', 'eu/order 📦']) {
    it(`takes ${type} for a workflow type like any other`, () => {
      const catalog = Object.fromEntries([[type, { team: 'x', expectedMaxDuration: '1 day' as const }]]);
      const report = judge(gathered({ catalog }), knownTypes(gathered({ catalog })), Date.now());
      assert.deepEqual(
        report.workflows.map(({ workflowType, cells }) => [workflowType, cells.at(-1)?.verdict]),
        [[type, 'go']],
      );
      const without = judge(gathered({}), [type], Date.now());
      assert.equal(without.workflows[0]?.cells.at(-1)?.verdict, 'no-go');
    });
  }
});
