import assert from 'node:assert/strict';
import { QuickProjects } from '../eslint-plugin/quick-projects.js';
import { root } from '../eslint-plugin/lint-project.js';

const sdk = `import { condition, continueAsNew, defineQuery, defineSignal, isCancellation, proxyActivities, setHandler, sleep, workflowInfo } from '@temporalio/workflow';\n`;
const acts = `const { charge } = proxyActivities<{ charge(id: string): Promise<number> }>({ startToCloseTimeout: '10s' });\n`;

describe('the linter', () => {
  const projects = new QuickProjects(root);
  after(() => projects.dispose());

  /** What is reported of a workflow module beside `src/lib.ts`, as `file:line rule`. */
  function lint(
    body: string,
    lib = 'export const lib = 1;\n',
    more: Readonly<Record<string, string>> = {},
  ): readonly string[] {
    return projects.lint({ 'src/workflows.ts': sdk + body, 'src/lib.ts': lib, ...more }).map(({ at }) => at);
  }

  it('follows a call three files away', () => {
    const body = `import { a } from './lib';\nexport async function order(): Promise<number> {\n  await sleep(1);\n  return a();\n}\n`;
    const files = {
      'src/b.ts': `import { c } from './c';\nexport const b = () => c();\n`,
      'src/c.ts': 'export const c = () => Date.now();\n',
    };
    assert.deepEqual(lint(body, `import { b } from './b';\nexport const a = () => b();\n`, files), [
      'src/c.ts:1 no-date-now',
    ]);
  });

  it('says nothing of what only others reach', () => {
    const body = `import { used } from './lib';\nexport async function order(): Promise<number> {\n  await sleep(1);\n  return used();\n}\n`;
    assert.deepEqual(lint(body, 'export const used = () => 1;\nexport const unused = () => Date.now();\n'), []);
  });

  it('reports the local hour', () => {
    assert.deepEqual(
      lint(
        `export async function hour(at: number): Promise<number> {\n  await sleep(1);\n  return new Date(at).getHours();\n}\n`,
      ),
      ['src/workflows.ts:4 no-host-time-zone'],
    );
  });

  it('reports a buffer that a new run does not get', () => {
    const body = `const put = defineSignal<[string]>('put');\n${acts}export async function queue(): Promise<void> {\n  const pending: string[] = [];\n  setHandler(put, (item) => void pending.push(item));\n  for (;;) {\n    await condition(() => pending.length > 0);\n    await charge(pending.shift() ?? '');\n    if (workflowInfo().continueAsNewSuggested) await continueAsNew();\n  }\n}\n`;
    assert.deepEqual(lint(body), ['src/workflows.ts:5 no-lost-state']);
  });

  it('reports a flag that a new run does not know, and none that is looked at right before', () => {
    const flow = (test: string): string =>
      `const close = defineSignal('close');\n${acts}export async function watch(): Promise<void> {\n  let isClosed = false;\n  setHandler(close, () => void (isClosed = true));\n  while (!isClosed) {\n    await charge('a');\n    if (${test}workflowInfo().continueAsNewSuggested) await continueAsNew();\n  }\n}\n`;
    assert.deepEqual(lint(flow('')), ['src/workflows.ts:5 no-lost-state']);
    assert.deepEqual(lint(flow('!isClosed && ')), []);
  });

  it('reports a query that takes from the queue', () => {
    const body = `const next = defineQuery<string | undefined>('next');\nexport async function queue(items: string[]): Promise<void> {\n  setHandler(next, () => items.shift());\n  await sleep(1);\n}\n`;
    assert.deepEqual(lint(body), ['src/workflows.ts:4 no-side-effects-in-query']);
  });

  it('reports an endless loop, and none that continues as new', () => {
    const loop = (end: string): string =>
      `${acts}export async function watch(): Promise<void> {\n  for (;;) {\n    await charge('a');\n    ${end}\n  }\n}\n`;
    assert.deepEqual(lint(loop('')), ['src/workflows.ts:4 require-continue-as-new']);
    assert.deepEqual(lint(loop('if (workflowInfo().continueAsNewSuggested) await continueAsNew();')), []);
  });

  it('reports clean-up in the scope that was cancelled', () => {
    const body = `${acts}export async function lease(): Promise<void> {\n  try {\n    await sleep('1 day');\n  } finally {\n    await charge('back');\n  }\n}\n`;
    assert.deepEqual(lint(body), ['src/workflows.ts:7 shield-cleanup']);
  });

  it('reports the plain error of a helper that nobody catches', () => {
    const body = `import { check } from './lib';\nexport async function order(id: string): Promise<void> {\n  check(id);\n  try {\n    check(id);\n  } catch {\n    await sleep(1);\n  }\n}\n`;
    assert.deepEqual(
      lint(body, `export function check(id: string): void {\n  if (id === '') throw new Error('no id');\n}\n`),
      ['src/lib.ts:2 no-plain-error'],
    );
    const caught = body.replace('  check(id);\n  try', '  try');
    assert.deepEqual(
      lint(caught, `export function check(id: string): void {\n  if (id === '') throw new Error('no id');\n}\n`),
      [],
    );
  });

  it('reports an activity that may run for hours without a heartbeat timeout', () => {
    const body = `const { charge } = proxyActivities<{ charge(): Promise<void> }>({ startToCloseTimeout: '2 hours', scheduleToCloseTimeout: '1 day' });\nexport async function order(): Promise<void> {\n  await charge();\n}\n`;
    assert.deepEqual(lint(body), ['src/workflows.ts:2 require-heartbeat-timeout']);
  });
});
