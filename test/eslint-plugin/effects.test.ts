import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import type { Effect } from '../../eslint-plugin/dist/analysis/index.js';
import { root, withProject } from './lint-project.js';

// The engine is no export of the package: only its rules see it.
const { analysisOf, oneFileProgram } = createRequire(__filename)(
  join(root, 'eslint-plugin/dist/analysis/index.js'),
) as typeof import('../../eslint-plugin/dist/analysis/index.js');

const source = `
import { allHandlersFinished, condition, continueAsNew, patched, proxyActivities, sleep, uuid4 } from '@temporalio/workflow';
import { heartbeat } from '@temporalio/activity';
const { charge } = proxyActivities<{ charge(n: number): Promise<void> }>({});
let total = 0;
const seen: number[] = [];
export const state = { n: 1 };
function waits() { return sleep(1); }
export const commands = () => waits();
export const activity = async () => { await charge(1); };
export const beats = (n: number) => { [n].forEach(() => heartbeat(n)); };
export const goesOn = () => again();
async function again() { if (await condition(() => true)) await continueAsNew(1); }
export const drains = async () => { await condition(allHandlersFinished); };
export const asks = () => patched('a');
export const draws = () => [uuid4()];
export const counts = () => { total += 1; };
export const keeps = (n: number) => { seen.push(n); };
export const sets = () => { state.n = 2; delete (state as { n?: number }).n; };
export const reads = (n: number) => {
  let own = 0;
  own += n;
  const list = [1];
  list.push(own, total, state.n);
  fill(list);
  return list.map((x) => { own += x; return x; });
};
function fill(list: number[]) { list.push(1); }
class Counter {
  n = 1;
  constructor() { this.n = 2; }
  add() { this.n += 1; }
  twice() { this.add(); }
}
export const fresh = () => { const counter = new Counter(); counter.add(); return counter.n; };
`;

describe('what a function may do', () => {
  const expected: Readonly<Record<string, readonly Effect[]>> = {
    commands: ['commands'],
    activity: ['commands'],
    beats: ['heartbeats'],
    goesOn: ['commands', 'continues-as-new'],
    drains: ['commands', 'waits-for-handlers'],
    asks: ['commands', 'patches'],
    draws: ['draws'],
    counts: ['mutates'],
    keeps: ['mutates'],
    sets: ['mutates'],
    reads: [],
    fresh: [],
    twice: ['mutates'],
  };
  const asked: readonly Effect[] = [
    'mutates',
    'commands',
    'heartbeats',
    'continues-as-new',
    'waits-for-handlers',
    'patches',
    'draws',
  ];

  it('is known over its calls, and what it makes itself is its own affair', () =>
    withProject({ 'src/all.ts': source }, {}, async (folder) => {
      const file = join(folder, 'src/all.ts');
      const options: ts.CompilerOptions = { module: ts.ModuleKind.Node16, target: ts.ScriptTarget.ES2022, types: [] };
      const program = ts.createProgram([file], options);
      const analysis = analysisOf(program, {}, folder);
      const found: Record<string, readonly Effect[]> = {};
      const visit = (node: ts.Node): void => {
        const code = ts.isVariableDeclaration(node)
          ? node.initializer
          : ts.isMethodDeclaration(node)
            ? node
            : undefined;
        const name = ts.isVariableDeclaration(node) || ts.isMethodDeclaration(node) ? node.name.getText() : '';
        if (code !== undefined && name in expected) {
          found[name] = asked.filter((effect) => analysis.wayTo(code, effect, true) !== undefined).sort();
        }
        ts.forEachChild(node, visit);
      };
      const sourceFile = program.getSourceFile(file);
      assert.ok(sourceFile);
      visit(sourceFile);
      assert.deepEqual(found, expected);
      await Promise.resolve();
    }));
});

describe('enormous code', () => {
  it('is read in a loop where a sum has thousands of parts', () => {
    const sum = Array.from({ length: 4_000 }, (_, i) => `part(${i})`).join(' + ');
    const text = `import { sleep } from '@temporalio/workflow';\nexport async function order() { await sleep(1); return ${sum} + Date.now(); }\nconst part = (n: number) => n;`;
    const program = oneFileProgram('/orders.ts', text);
    const file = program.getSourceFile('/orders.ts');
    assert.ok(file);
    assert.equal(analysisOf(program, {}, '/').findings(file, 'clock').length, 1);
  });
});
