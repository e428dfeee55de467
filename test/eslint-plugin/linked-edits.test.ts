import assert from 'node:assert/strict';
import { EditedProject } from './edited-project.js';

const manifest = (entry: string): string => JSON.stringify({ name: '@acme/lib', types: `./dist/${entry}.d.ts` });

const files = {
  'packages/lib/package.json': manifest('index'),
  'packages/lib/tsconfig.json': JSON.stringify({ compilerOptions: { outDir: 'dist', rootDir: 'src' } }),
  'packages/lib/src/index.ts': `export * from './stamp';\nexport * from './late';\nexport { part } from './part';\nexport * from './clock';\n`,
  'packages/lib/src/stamp.ts': `export const stamp = (): number => 5;\n`,
  'packages/lib/src/part/index.ts': `export const part = (): number => 5;\n`,
  'packages/lib/src/clock.ts': `export interface Clock { read(): number }\nexport const read = (clock: Clock): number => clock.read();\n`,
  'packages/lib/src/other.ts': `${['stamp', 'late', 'part', 'read'].map((name) => `export const ${name} = (..._: unknown[]): number => 5;`).join('\n')}\n`,
  'src/flow.ts': `import { sleep } from '@temporalio/workflow';
import { late, part, read, stamp } from '@acme/lib';
import { own } from './own';
export async function order(): Promise<number> {
  await sleep(1000);
  const first = stamp();
  const second = late();
  const third = part();
  return own() + first + second + third + read({ read: () => 5 });
}
`,
  'src/own.ts': `export const own = (): number => 5;\n`,
};

const edits: readonly (readonly [what: string, changed: Readonly<Record<string, string | undefined>>])[] = [
  ['a file of the project gets a hazard', { 'src/own.ts': `export const own = (): number => Math.random();\n` }],
  ['and loses it', { 'src/own.ts': files['src/own.ts'] }],
  ['the package gets one', { 'packages/lib/src/stamp.ts': `export const stamp = (): number => Date.now();\n` }],
  ['the project is edited again', { 'src/own.ts': `${files['src/own.ts']}export const more = 1;\n` }],
  ['the package loses it', { 'packages/lib/src/stamp.ts': files['packages/lib/src/stamp.ts'] }],
  [
    'a file comes that the package has imported all along',
    { 'packages/lib/src/late.ts': `export const late = (): number => Math.random();\n` },
  ],
  ['it changes', { 'packages/lib/src/late.ts': `export const late = (): number => new Date().getTime();\n` }],
  ['it goes', { 'packages/lib/src/late.ts': undefined }],
  [
    'a file comes that an import finds sooner than what it found',
    { 'packages/lib/src/part.ts': `export const part = (): number => Date.now();\n` },
  ],
  ['it goes too', { 'packages/lib/src/part.ts': undefined }],
  [
    'the package implements its own interface',
    {
      'packages/lib/src/stamp.ts': `import type { Clock } from './clock';
export class Wall implements Clock { read(): number { return Date.now(); } }
export const stamp = (): number => 5;
`,
    },
  ],
  ['the package is built', { 'packages/lib/dist/index.d.ts': `export declare const stamp: () => number;\n` }],
  ['it is built no longer', { 'packages/lib/dist/index.d.ts': undefined }],
  ['its manifest names another entry', { 'packages/lib/package.json': manifest('other') }],
  [
    'that entry gets a hazard',
    {
      'packages/lib/src/other.ts': files['packages/lib/src/other.ts'].replace(
        'stamp = (..._: unknown[]): number => 5',
        'stamp = (..._: unknown[]): number => Math.random()',
      ),
    },
  ],
  ['the first entry again', { 'packages/lib/package.json': manifest('index') }],
  [
    'the project imports no package any more',
    {
      'src/flow.ts': files['src/flow.ts'].replace('@acme/lib', './lib'),
      'src/lib.ts': files['packages/lib/src/other.ts'],
    },
  ],
  [
    'and does again, which changed meanwhile',
    {
      'src/flow.ts': files['src/flow.ts'],
      'packages/lib/src/stamp.ts': `export const stamp = (): number => Math.random();\n`,
    },
  ],
];

describe('an edit beside a linked package that is not built', () => {
  it('shows what a new look at everything shows', () => {
    const project = new EditedProject(files);
    try {
      assert.deepEqual(project.lint(), project.lintAnew());
      let last = project.lint().join('\n');
      const changed: string[] = [];
      for (const [what, edit] of edits) {
        project.edit(edit);
        const found = project.lint();
        assert.deepEqual(found, project.lintAnew(), what);
        if (found.join('\n') !== last) changed.push(what);
        last = found.join('\n');
      }
      assert.ok(changed.length > 13, `only these edits changed what is reported: ${changed.join('; ')}`);
    } finally {
      project.dispose();
    }
  }).timeout(120_000);
});
