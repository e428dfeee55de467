import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { startServer } from 'longhaul/testing';
import { runCommand } from '../../scripts/support/run-command';
import { page, root } from './pages';

describe('the page of recipes', () => {
  let folder: string;

  before(async () => {
    // Inside the repository, so that `longhaul/*` is this project.
    await mkdir(join(root, '.longhaul'), { recursive: true });
    folder = await mkdtemp(join(root, '.longhaul', 'recipes-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('has a program that prints what the page says', async () => {
    const { text } = page('docs/recipes.md');
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    for (const [, name = '', code = ''] of text.matchAll(/^```ts\n\/\/ ([\w-]+)\.ts\n([\s\S]*?)^```$/gm)) {
      await writeFile(join(folder, `${name}.js`), ts.transpileModule(code, { compilerOptions }).outputText);
    }
    const printed = /^It prints:\n\n```text\n([\s\S]*?)^```$/m.exec(text)?.[1];
    const server = await startServer();
    try {
      const env = { TEMPORAL_ADDRESS: server.address };
      const { stdout, output } = await runCommand(process.execPath, [join(folder, 'main.js')], { cwd: root, env });
      assert.equal(stdout, printed, output);
    } finally {
      await server.stop();
    }
  });
});
