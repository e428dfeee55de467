import assert from 'node:assert/strict';
import { EditedProject } from './edited-project.js';

const worker = `import { Worker } from '@temporalio/worker';
import * as activities from './activities';
export const run = () => Worker.create({ taskQueue: 'a', activities, workflowsPath: require.resolve('./workflows') });
`;

const workflow = (options: string): string => `import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities';
const { sync } = proxyActivities<typeof activities>({ ${options} });
const { copy } = proxyActivities<typeof activities>({ ${options} });
const { send } = proxyActivities<typeof activities>({ ${options} });
export async function nightly(): Promise<void> {
  await sync();
  await copy();
  await send('x');
}
`;

const activities = (send: string): string => `import { pages } from './source';
import { report } from './progress';
import type { Sink } from './sink';
import { sinkOf } from './sinks';
export async function sync(): Promise<void> {
  for await (const page of pages()) report(page);
}
export async function copy(): Promise<void> {
  const sink: Sink = sinkOf('file');
  for await (const page of pages()) await sink.write(page);
}
export async function send(id: string): Promise<string> { ${send} }
`;

const beating = `import { heartbeat } from '@temporalio/activity';\n`;
const quick = `heartbeatTimeout: '30 seconds', startToCloseTimeout: '1 hour'`;

/** What each file may say; the first is what it says at first, and no text means that it is not there. */
const variants: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'src/worker.ts': [worker, worker.replace('./workflows', './nightly')],
  'src/workflows.ts': [`export * from './nightly';\n`, `export {};\n`],
  'src/nightly.ts': [
    workflow(quick),
    workflow(`startToCloseTimeout: '1 hour'`),
    workflow(quick.replace('30 seconds', '2 hours')),
  ],
  'src/activities.ts': [
    activities('return id;'),
    activities('for (;;) { await new Promise((done) => setTimeout(done, 5)); report(id); }'),
    activities('return sinkOf(id).name;').replace('import type', 'import'),
  ],
  'src/progress.ts': [
    `export const report = (page: string): void => void page;\n`,
    `${beating}export const report = (page: string): void => heartbeat(page);\n`,
    `export { note as report } from './notes';\n`,
  ],
  'src/notes.ts': [
    `export const note = (page: string): void => void page;\n`,
    `${beating}export function note(page: string): void { heartbeat(page); }\n`,
  ],
  'src/source.ts': [
    `export async function* pages(): AsyncGenerator<string> { yield await Promise.resolve('x'); }\n`,
    `import { note } from './notes';\nexport async function* pages(): AsyncGenerator<string> { note('p'); yield await Promise.resolve('x'); }\n`,
  ],
  'src/sink.ts': [
    `export interface Sink { readonly name: string; write(page: string): Promise<void>; flush?(): void }\n`,
    `export interface Sink { readonly name: string; write: (page: string) => Promise<void>; flush?: () => void }\n`,
  ],
  'src/sinks.ts': [
    `import type { Sink } from './sink';
const known = new Map<string, Sink>();
export const add = (sink: Sink): unknown => known.set(sink.name, sink);
export const sinkOf = (name: string): Sink => known.get(name)!;
`,
    `import type { Sink } from './sink';
const known = new Map<string, Sink>();
export const add = (sink: Sink): unknown => known.set(sink.name, sink);
export const sinkOf = (name: string): Sink => { const sink = known.get(name)!; sink.flush?.(); return sink; };
`,
  ],
  // Nobody who calls them imports these.
  'src/plugins/file.ts': [
    `import type { Sink } from '../sink';\nexport class FileSink implements Sink { name = 'file'; async write(page: string): Promise<void> { void page; } }\n`,
    `import { heartbeat } from '@temporalio/activity';
import type { Sink } from '../sink';
export class FileSink implements Sink { name = 'file'; async write(page: string): Promise<void> { heartbeat(page); } }
`,
    `import { heartbeat } from '@temporalio/activity';
export class FileSink { name = 'file'; async write(page: string): Promise<void> { heartbeat(page); } }
`,
    undefined,
  ],
  'src/plugins/memory.ts': [
    undefined,
    `import { add } from '../sinks';
import { report } from '../progress';
add({ name: 'memory', write: async (page) => report(page) });
`,
    `import { add } from '../sinks';
import { note } from '../notes';
add({ name: 'memory', get flush() { return () => note('all'); }, write: async () => undefined });
`,
  ],
  'src/interceptor.ts': [
    undefined,
    `${beating}import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
export const beats: ActivityInboundCallsInterceptor = { execute: (input, next) => { heartbeat(); return next(input); } };
`,
  ],
};

const paths = Object.keys(variants);
const first = Object.fromEntries(Object.entries(variants).map(([path, [text]]) => [path, text]));

/** What leaves little to report is taken back at once. */
const muting = ['src/workflows.ts', 'src/interceptor.ts'];
const steps = Number(process.env['LONGHAUL_EDITS'] ?? 40);
const seed = Number(process.env['LONGHAUL_SEED'] ?? 20261122);

describe('an edit of what activities do', () => {
  it('shows what a new look at everything shows', () => {
    const project = new EditedProject(present(first));
    try {
      const said = new Set<string>([project.lint().join('\n')]);
      const state = { ...first };
      const random = randomOf(seed);
      for (let i = 0; i < steps; i += 1) {
        const changed: Record<string, string | undefined> = {};
        for (const path of muting) if (state[path] !== first[path]) state[path] = changed[path] = first[path];
        for (let many = random(4) === 0 ? 2 : 1; many > 0; many -= 1) {
          const path = paths[random(paths.length)] ?? '';
          if (path in changed) continue;
          const texts = (variants[path] ?? []).filter((text) => text !== state[path]);
          state[path] = changed[path] = texts[random(texts.length)];
        }
        project.edit(changed);
        const found = project.lint();
        assert.deepEqual(found, project.lintAnew(), `seed ${seed}, edit ${i + 1}: ${Object.keys(changed).join(', ')}`);
        said.add(found.join('\n'));
      }
      assert.ok(said.size > steps / 4, `only ${said.size} different sets of reports in ${steps} edits`);
    } finally {
      project.dispose();
    }
  }).timeout(60_000 + steps * 1_000);
});

function present(files: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])),
  );
}

/** Whole numbers below a limit, the same ones for a seed. */
function randomOf(start: number): (limit: number) => number {
  let state = start >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
