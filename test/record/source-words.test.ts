import assert from 'node:assert/strict';
import { wordsOfBundle } from '../../replay/record/source-words';

describe('the words of workflow code', () => {
  it("are those of the user's modules and of longhaul wherever it is installed, and of no other package", () => {
    const modules = {
      './src/workflows.ts': "'mine'",
      '../workflows/src/index.ts': "'of a workspace'",
      './node_modules/longhaul/dist/a.js': "'hoisted'",
      './node_modules/.pnpm/longhaul@0.1.0_x/node_modules/longhaul/dist/b.js': "'isolated'",
      './node_modules/.pnpm/ms@2.1.3/node_modules/ms/index.js': "'foreign'",
      './node_modules/longhaul/node_modules/ms/index.js': "'nested'",
    };
    const map = JSON.stringify({ sources: Object.keys(modules), sourcesContent: Object.values(modules) });
    const encoded = Buffer.from(map).toString('base64');
    const { literals } = wordsOfBundle(`//# sourceMappingURL=data:application/json;charset=utf-8;base64,${encoded}`);
    assert.deepEqual([...literals].sort(), ['hoisted', 'isolated', 'mine', 'of a workspace']);
  });
});
