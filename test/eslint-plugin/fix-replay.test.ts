import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { lintFolder, root } from './lint-project.js';

/** Each construct that `--fix` rewrites; what it draws and reads goes into ids, which a replay compares. */
const before = `import { proxyActivities, sleep } from '@temporalio/workflow';

interface Activities {
  note(text: string): Promise<void>;
}

function noteAs(id: string): Activities {
  return proxyActivities<Activities>({ startToCloseTimeout: '10 seconds', activityId: id });
}

export async function draws(): Promise<string[]> {
  const seen: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const id = [Math.random(), Date.now(), new Date().getTime(), (new Date).toISOString(), Math.random()].join(' ');
    await noteAs(id).note(id);
    await sleep(5);
    seen.push(id);
  }
  return seen;
}
`;

const tsconfig = {
  compilerOptions: { target: 'ES2022', module: 'node16', strict: true, skipLibCheck: true, types: [] },
};

describe('code after --fix', () => {
  const home = join(root, '.longhaul');
  let folder = '';

  beforeEach(() => {
    mkdirSync(home, { recursive: true });
    folder = mkdtempSync(join(home, 'fix-'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    writeFileSync(join(folder, 'workflows.ts'), before);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('replays a history from before it, with the same draws and times', async () => {
    const address = process.env['LONGHAUL_TEST_ADDRESS'] ?? '';
    const { outputs } = await lintFolder(folder, { fix: true });
    const after = outputs['workflows.ts'] ?? '';
    assert.doesNotMatch(after, /Math\.random|Date\.now|new Date\(?\)/);
    assert.equal(after.match(/\bworkflowNow\(\)/g)?.length, 3);
    assert.equal(after.match(/\brandom\(\)/g)?.length, 2);

    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection: await Connection.connect({ address }) });
    try {
      const taskQueue = folder;
      const worker = await Worker.create({
        connection,
        taskQueue,
        workflowsPath: join(folder, 'workflows.ts'),
        activities: { note: () => Promise.resolve() },
      });
      const handle = await worker.runUntil(async () => {
        const started = await client.workflow.start('draws', { taskQueue, workflowId: folder });
        assert.equal(((await started.result()) as string[]).length, 3);
        return started;
      });
      const history = await handle.fetchHistory();
      writeFileSync(join(folder, 'after.ts'), after);
      await Worker.runReplayHistory({ workflowsPath: join(folder, 'after.ts') }, history);

      // One draw more is noticed: that the replay passes means something.
      writeFileSync(join(folder, 'other.ts'), after.replace('const seen', 'random();\n  const seen'));
      await assert.rejects(Worker.runReplayHistory({ workflowsPath: join(folder, 'other.ts') }, history), /activity/i);
    } finally {
      await client.connection.close();
      await connection.close();
    }
  });
});
