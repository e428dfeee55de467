import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { useFolder } from '../replay/support';
import { bin, longhaul, root } from './run';

const workflows = (greeting: string) => `
  import { proxyActivities } from '@temporalio/workflow';
  const { polite } = proxyActivities<{ polite(text: string): Promise<string> }>({ startToCloseTimeout: '1 minute' });
  export const greet = async (name: string): Promise<string> => polite(\`${greeting} \${name}\`);
`;
const activities = 'exports.polite = async (text) => `${text}, please`;';

describe('longhaul dev', () => {
  const folder = useFolder();
  let child: ChildProcess;
  let output = '';

  async function until(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(output.slice(from));
      if (match) return match;
      assert.equal(child.exitCode, null, output);
      await sleep(50);
    }
  }

  beforeEach(async () => {
    await symlink(join(root, 'node_modules'), join(folder.path, 'node_modules'));
    await writeFile(join(folder.path, 'workflows.ts'), workflows('Hello'));
    await writeFile(join(folder.path, 'activities.js'), activities);
  });

  function start(...args: string[]): void {
    output = '';
    child = spawn(process.execPath, [bin, 'dev', ...args], { cwd: folder.path, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    }
  }

  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('serves workflows, takes changes up, survives broken code, and ends with 0 at Ctrl-C', async () => {
    start('--workflows', 'workflows.ts', '--activities', 'activities.js', '--task-queue', 'dev-test');
    await until(/Worker +ready/);
    const address = (await until(/Server +(\S+), namespace default/))[1] ?? '';
    if (!address.endsWith(':7233')) await until(new RegExp(`TEMPORAL_ADDRESS=${address}\n`));
    const page = (await until(/Web UI +(http\S+)/))[1] ?? '';
    await until(/Task queue +dev-test/);
    assert.equal((await fetch(page)).status, 200);

    const connection = await Connection.connect({ address });
    const client = new Client({ connection });
    const greet = (workflowId: string): Promise<unknown> =>
      client.workflow.execute('greet', { args: ['Ann'], workflowId, taskQueue: 'dev-test' });
    assert.equal(await greet('first'), 'Hello Ann, please');

    let seen = output.length;
    await writeFile(join(folder.path, 'workflows.ts'), 'export function greet( {');
    const stopped = await until(/Worker +stopped, until the next change: (.+)\n/, seen);
    assert.match(stopped[1] ?? '', /Unexpected token/);

    seen = output.length;
    await writeFile(join(folder.path, 'workflows.ts'), workflows('Welcome'));
    await until(/Changed +workflows\.ts\n[^]*Worker +ready/, seen);
    assert.equal(await greet('second'), 'Welcome Ann, please');

    seen = output.length;
    await writeFile(join(folder.path, 'activities.js'), 'exports.polite = (');
    assert.match(
      (await until(/Worker +stopped, until the next change: (.+)\n/, seen))[1] ?? '',
      /^activities\.js can't be loaded: /,
    );
    seen = output.length;
    await writeFile(join(folder.path, 'activities.js'), activities);
    await until(/Worker +ready/, seen);
    await connection.close();

    // Sources of a new folder, and not what is no source of the project's own.
    seen = output.length;
    await mkdir(join(folder.path, '.longhaul'));
    await writeFile(join(folder.path, '.longhaul/watch.json'), '{}');
    await writeFile(join(folder.path, 'notes.log'), '');
    await mkdir(join(folder.path, 'inner/most'), { recursive: true });
    await writeFile(join(folder.path, 'inner/most/a.ts'), '');
    await until(/Changed +inner\/most\/a\.ts\n[^]*Worker +ready/, seen);
    await rm(join(folder.path, 'inner'), { recursive: true });
    await until(/Changed .*\n[^]*Changed +inner\/most\/a\.ts\n[^]*Worker +ready/, seen);
    assert.doesNotMatch(output.slice(seen), /watch\.json|notes\.log/);

    const port = new URL(page).port;
    const second = await longhaul(['dev', '--workflows', 'workflows.ts', '--ui-port', port], folder.path);
    assert.deepEqual(
      [second.status, second.err],
      [3, `longhaul dev: --ui-port: something listens on port ${port} already; use another.\n`],
    );

    child.kill('SIGINT');
    const [status] = (await once(child, 'exit')) as [number | null];
    assert.equal(status, 0, output);
    await assert.rejects(fetch(page));
  });

  it('runs what longhaul.config.ts says, shows what activities print, and names the imports that lead to an error', async () => {
    await mkdir(join(folder.path, 'src'));
    const write = (name: string, text: string): Promise<void> => writeFile(join(folder.path, name), text);
    await write('src/polite.ts', 'export const word: string = "please";');
    await write(
      'longhaul.config.ts',
      `import { word } from './src/polite';
      const polite = async (text: string) => { console.log('polite to', text); return text + ', ' + word; };
      export default { workflowsPath: './src/flows', taskQueue: 'configured', activities: async () => ({ activities: { polite }, close: () => console.log('closed') }) };`,
    );
    await write('src/flows.ts', workflows('Hello'));
    start();
    await until(/Worker +ready/);
    await until(/Task queue +configured/);
    const address = (await until(/Server +(\S+), namespace default/))[1] ?? '';
    const connection = await Connection.connect({ address });
    const client = new Client({ connection });
    const greet = (workflowId: string): Promise<unknown> =>
      client.workflow.execute('greet', { args: ['Ann'], workflowId, taskQueue: 'configured' });
    assert.equal(await greet('first'), 'Hello Ann, please');
    await until(/^polite to Hello Ann$/m);

    let seen = output.length;
    await write('src/polite.ts', 'export const word = "if you will";');
    await until(/^closed\n[^]*Worker +ready/m, seen);
    assert.equal(await greet('second'), 'Hello Ann, if you will');
    await connection.close();

    seen = output.length;
    await write('src/files.ts', `import fs from 'fs';\nexport { fs };`);
    await write('src/helper.ts', `export * from './files';`);
    await write('src/flows.ts', `import { fs } from './helper';\nexport const greet = async () => fs;`);
    const stopped = await until(/Worker +stopped, until the next change: (.+)\n/, seen);
    assert.match(
      stopped[1] ?? '',
      /^src\/flows\.ts can't be bundled: it imports fs, which .*: src\/flows\.ts imports src\/helper\.ts imports src\/files\.ts imports it\.$/,
    );
  });
});
