import assert from 'node:assert/strict';
import { EditedProject } from './edited-project.js';

const files = {
  'src/worker.ts': `import { Worker } from '@temporalio/worker';
import * as activities from './activities';
export const run = () => Worker.create({ taskQueue: 'a', activities, workflowsPath: require.resolve('./workflows') });
`,
  'src/activities.ts': `export async function ship(id: string): Promise<string> { return await Promise.resolve(id); }\n`,
  'src/workflows.ts': `export * from './order';\nexport * from './bill';\n`,
  'src/order.ts': `import { sleep } from '@temporalio/workflow';
import { stamp } from './lib';
import { clockOf } from './clocks';
export async function order(): Promise<string> {
  await sleep(1000);
  const day = clockOf('day').read();
  return stamp() + String(day + Math.random());
}
`,
  'src/bill.ts': `import { sleep } from '@temporalio/workflow';
import type { Clock } from './clock';
import { tick } from './ticks';
export async function bill(id: string): Promise<string> {
  await sleep(1000);
  return String(read({ read: () => id.length })) + id + String(tick({})) + String(hours([]));
}
function read(clock: Clock): number {
  return clock.read();
}
function hours(list: string[]): number {
  return list.newest?.getHours() ?? 0;
}
`,
  'src/clock.ts': `export interface Clock { read(): number }\n`,
  'src/clocks.ts': `import { fixed } from './fixed';
export const clockOf = (name: string) => fixed(name.length);
`,
  'src/fixed.ts': `export const fixed = (n: number) => ({ read: () => n });\n`,
  'src/ticker.ts': `export interface Ticker { tick?(): number }\n`,
  'src/ticks.ts': `import type { Ticker } from './ticker';
export const tick = (ticker: Ticker): number => ticker.tick?.() ?? 0;
`,
  'src/lib/index.ts': `export { stamp } from './stamp';\n`,
  'src/lib/stamp.ts': `import { text } from './text';
export const stamp = (): string => text(5);
`,
  'src/lib/text.ts': `export const text = (n: number): string => String(n);\n`,
};

const edits: readonly (readonly [what: string, changed: Readonly<Record<string, string | undefined>>])[] = [
  [
    'a helper gets a hazard',
    { 'src/lib/text.ts': `export const text = (n: number): string => String(n + Date.now());\n` },
  ],
  ['and loses it', { 'src/lib/text.ts': files['src/lib/text.ts'] }],
  [
    'a barrel leads to another file',
    {
      'src/lib/index.ts': `export { other as stamp } from './other';\n`,
      'src/lib/other.ts': `export const other = (): string => String(Math.random());\n`,
    },
  ],
  [
    'that file gets another hazard',
    { 'src/lib/other.ts': `export const other = (): string => new Date().toISOString();\n` },
  ],
  ['and the barrel leads back', { 'src/lib/index.ts': files['src/lib/index.ts'] }],
  ['the file is gone', { 'src/lib/other.ts': undefined }],
  [
    'what a function of another file returns gets other code',
    {
      'src/fixed.ts': `class Wall { read(): number { return Date.now(); } }\nexport const fixed = (n: number) => (n < 0 ? new Wall() : new Wall());\n`,
    },
  ],
  ['and its old code again', { 'src/fixed.ts': files['src/fixed.ts'] }],
  [
    'an implementation comes that the caller does not import',
    {
      'src/order.ts': `${files['src/order.ts']}import type { Clock } from './clock';\nexport class Wall implements Clock { read(): number { return Date.now(); } }\n`,
    },
  ],
  [
    'one whose member has a name that none had before',
    {
      'src/order.ts': `${files['src/order.ts']}import type { Ticker } from './ticker';
export class Wall implements Ticker { tick(): number { return Date.now(); } }
`,
    },
  ],
  [
    'it becomes harmless',
    {
      'src/order.ts': `${files['src/order.ts']}import type { Clock } from './clock';\nexport class Wall implements Clock { read(): number { return 5; } }\n`,
    },
  ],
  [
    'it is no implementation any more',
    { 'src/order.ts': `${files['src/order.ts']}export class Wall { read(): number { return Date.now(); } }\n` },
  ],
  ['it goes', { 'src/order.ts': files['src/order.ts'] }],
  [
    'an object in a file that is bundled since then implements it',
    {
      'src/lib/wall.ts': `import type { Clock } from '../clock';\nexport const wall: Clock = { read: () => Date.now() };\n`,
    },
  ],
  [
    'it is bundled',
    {
      'src/lib/text.ts': `import { wall } from './wall';\nexport const text = (n: number): string => String(n) + typeof wall;\n`,
    },
  ],
  ['it leaves the bundle', { 'src/lib/text.ts': files['src/lib/text.ts'], 'src/lib/wall.ts': undefined }],
  [
    'a property becomes an accessor',
    {
      'src/fixed.ts': `export const fixed = (n: number) => ({ get length() { return Date.now(); }, read: () => n });\n`,
      'src/clocks.ts': `import { fixed } from './fixed';\nexport const clockOf = (name: string) => { const made = fixed(name.length); return made.length > 1 ? made : fixed(1); };\n`,
    },
  ],
  ['and a property again', { 'src/fixed.ts': `export const fixed = (n: number) => ({ length: n, read: () => n });\n` }],
  ['the worker names another module', { 'src/worker.ts': files['src/worker.ts'].replace('./workflows', './bill') }],
  ['and the first one again', { 'src/worker.ts': files['src/worker.ts'] }],
  ['a workflow is no longer exported', { 'src/workflows.ts': `export * from './bill';\n` }],
  ['it is again, under another name', { 'src/workflows.ts': `export { order as ordered } from './order';\n` }],
  [
    'an activity is called by value',
    {
      'src/bill.ts': files['src/bill.ts']
        .replace('import type', "import { ship } from './activities';\nimport type")
        .replace('+ id', '+ (await ship(id))'),
    },
  ],
  [
    'the function is no activity any more',
    {
      'src/worker.ts': files['src/worker.ts'].replace(' activities,', ''),
      'src/activities.ts': undefined,
      'src/ship.ts': files['src/activities.ts'],
      'src/bill.ts': files['src/bill.ts']
        .replace('import type', "import { ship } from './ship';\nimport type")
        .replace('+ id', '+ (await ship(id))'),
    },
  ],
  ['both workflows are exported', { 'src/workflows.ts': files['src/workflows.ts'] }],
  [
    'a function that did not change becomes an activity',
    {
      'src/worker.ts': files['src/worker.ts']
        .replace('* as activities', '{ ship }')
        .replace('./activities', './ship')
        .replace('activities,', 'activities: { ship },'),
    },
  ],
  ['and is none again', { 'src/worker.ts': files['src/worker.ts'].replace(' activities,', '') }],
  [
    'a file that no import brings into the bundle has a hazard',
    {
      'src/wall.ts': `export class Wall { read = (): number => Date.now(); }\n`,
      'src/ticks.ts': `import type { Wall } from './wall';
import type { Ticker } from './ticker';
export const tick = (ticker: Ticker, wall?: Wall): number => wall?.read() ?? ticker.tick?.() ?? 0;
`,
    },
  ],
  [
    'it is bundled, and neither it nor who calls it changed',
    { 'src/order.ts': `import './wall';\n${files['src/order.ts']}` },
  ],
  ['and leaves the bundle', { 'src/order.ts': files['src/order.ts'] }],
  [
    'a comment silences a way',
    {
      'src/lib/text.ts': `export const text = (n: number): string => String(n + Date.now());\n`,
      'src/order.ts': files['src/order.ts'].replace(
        '  return stamp',
        '  // longhaul-ignore no-date-now: only a label\n  return stamp',
      ),
      'src/workflows.ts': files['src/workflows.ts'],
    },
  ],
  ['the comment goes', { 'src/order.ts': files['src/order.ts'] }],
  [
    'a global declaration comes',
    { 'src/globals.ts': `export {};\ndeclare global { interface Array<T> { newest?: Date } }\n` },
  ],
  [
    'a file shared with a client',
    { 'src/client.ts': `import { text } from './lib/text';\nexport const now = text(1);\n` },
  ],
  ['and shared no longer', { 'src/client.ts': undefined, 'src/globals.ts': undefined }],
];

describe('an edit', () => {
  it('shows what a new look at everything shows', () => {
    const project = new EditedProject(files);
    try {
      assert.deepEqual(project.lint(), project.lintAnew());
      let last = project.lint().join('\n');
      let changes = 0;
      for (const [what, changed] of edits) {
        project.edit(changed);
        const found = project.lint();
        assert.deepEqual(found, project.lintAnew(), what);
        if (found.join('\n') !== last) changes += 1;
        last = found.join('\n');
      }
      assert.ok(changes > 22, `only ${changes} edits changed what is reported`);
    } finally {
      project.dispose();
    }
  }).timeout(120_000);
});
