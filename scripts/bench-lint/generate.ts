import { appendFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

const tsconfig = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2022'],
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    types: [],
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['src'],
};

/** Writes a project of `count` files: a quarter are workflow modules, the rest helpers that call each other. */
export async function generate(folder: string, count: number): Promise<void> {
  const workflows = Math.floor(count / 4);
  const helpers = count - workflows - 3;
  const files: Record<string, string> = {
    'package.json': '{ "name": "generated", "private": true }',
    'tsconfig.json': JSON.stringify(tsconfig),
    'src/activities.ts': activities,
    'src/worker.ts': worker,
    'src/workflows/index.ts': lines(workflows, (i) => `export * from './order${i}';`),
  };
  for (let i = 0; i < helpers; i += 1) files[helperPath(i)] = helper(i, helpers);
  for (let i = 0; i < workflows; i += 1) files[workflowPath(i)] = workflow(i, helpers);
  for (const parent of new Set(Object.keys(files).map(dirname))) await mkdir(join(folder, parent), { recursive: true });
  await Promise.all(Object.entries(files).map(([path, text]) => writeFile(join(folder, path), text)));
}

/**
 * Writes a workspace of two packages of `count` files each, of which one is linked to the other and not built: each workflow of it
 * imports the sources by way of `dist`.
 *
 * @returns the folder of the package with the workflows.
 */
export async function generateLinked(folder: string, count: number): Promise<string> {
  const [app, linked] = [join(folder, 'app'), join(folder, 'linked')];
  await generate(app, count);
  await generate(linked, count);
  const compilerOptions = { ...tsconfig.compilerOptions, noEmit: false, outDir: 'dist', rootDir: 'src' };
  await writeFile(join(linked, 'tsconfig.json'), JSON.stringify({ ...tsconfig, compilerOptions }));
  const exports = { './*': { types: './dist/*.d.ts', default: './dist/*.js' } };
  await writeFile(join(linked, 'package.json'), JSON.stringify({ name: '@generated/linked', exports }));
  await mkdir(join(app, 'node_modules/@generated'), { recursive: true });
  await symlink(linked, join(app, 'node_modules/@generated/linked'));
  const workflows = Math.floor(count / 4);
  for (let i = 0; i < workflows; i += 1) {
    const source = helperPath(i).replace('src', '@generated/linked').replace('.ts', '');
    const text = `import { total${i} as linked } from '${source}';\nexport const linked${i} = () => linked([]);\n`;
    await appendFile(join(app, workflowPath(i)), text);
  }
  return app;
}

const workflowPath = (i: number): string => `src/workflows/order${i}.ts`;
const helperPath = (i: number): string => `src/helpers/area${Math.floor(i / 50)}/helper${i}.ts`;

const activities = `export async function ship(id: string): Promise<string> {
  return id;
}
export async function charge(id: string, cents: number): Promise<number> {
  return cents + id.length;
}
`;

const worker = `import { Worker } from '@temporalio/worker';
import * as activities from './activities';
export const run = () =>
  Worker.create({ taskQueue: 'orders', activities, workflowsPath: require.resolve('./workflows') });
`;

function helper(i: number, count: number): string {
  const used = [2 * i + 1, 2 * i + 2, i + 7].filter((other) => other > i && other < count);
  return `${used.map((n) => `import { total${n}, type Line${n} } from '${specifier(helperPath(i), helperPath(n))}';`).join('\n')}
export interface Line${i} {
  id: string;
  price: number;
  parts: readonly string[];
}
export class Basket${i} {
  private readonly lines: Line${i}[] = [];
  get size(): number {
    return this.lines.length;
  }
  add(line: Line${i}): this {
    this.lines.push(line);
    return this;
  }
  sum(): number {
    return this.lines.reduce((sum, line) => sum + line.price, 0);
  }
}
export function label${i}(line: Line${i}): string {
  const words = line.parts.map((part) => part.trim().toUpperCase()).filter((part) => part.length > 0);
  return words.length === 0 ? \`none \${line.id}\` : words.join(' ') + line.id.padStart(8, '0');
}
export function total${i}(lines: readonly Line${i}[]): number {
  const basket = new Basket${i}();
  for (const line of lines) basket.add(line);
  let sum = basket.sum();
${used.map((n) => `  sum += total${n}(lines as readonly Line${n}[]);`).join('\n')}
${i % 97 === 5 ? '  sum += Date.now();' : ''}
  return Math.round(sum * 100) / 100;
}
`;
}

function workflow(i: number, helpers: number): string {
  const [first, second] = [i % helpers, (7 * i + 3) % helpers];
  return `import { condition, defineQuery, defineSignal, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type * as activities from '../activities';
import { label${first}, total${first} } from '${specifier(workflowPath(i), helperPath(first))}';
import { Basket${second} as Basket } from '${specifier(workflowPath(i), helperPath(second))}';
const { ship, charge } = proxyActivities<typeof activities>({ startToCloseTimeout: '30 seconds' });
export const cancel${i} = defineSignal('cancel${i}');
export const state${i} = defineQuery<string>('state${i}');
export async function order${i}(id: string): Promise<number> {
  let state = 'new';
  let cancelled = false;
  setHandler(cancel${i}, () => {
    cancelled = true;
  });
  setHandler(state${i}, () => state);
  const line = { id, price: 5, parts: [id, 'x'] };
  const basket = new Basket().add(line);
  state = label${first}(line);
  if (await condition(() => cancelled, '1 minute')) return 0;
  await sleep('1 second');
  await ship(id);
  return (await charge(id, total${first}([line]) + basket.size)) + ${i % 31 === 3 ? 'Math.random()' : '1'};
}
`;
}

function specifier(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.ts$/, '');
  return path.startsWith('.') ? path : `./${path}`;
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => `${line(i)}\n`).join('');
}
