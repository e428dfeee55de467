import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bundleWorkflows, Recorder, Redactor, Tokens, Tracer, wordsOfBundle } from 'longhaul/replay';
import { runCommand } from '../../scripts/support/run-command';
import { decodeHistory, type History, makePayload } from '../../replay/proto';
import { binary, useFolder } from '../replay/support';

const secret = 'Alice Liddell';

/** A saved history, with a name in the answer of its first activity and the type of another workflow. */
async function historyOf(workflowType: string): Promise<History> {
  const history = decodeHistory(await binary());
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
  if (started?.workflowType) started.workflowType.name = workflowType;
  const answer = history.events?.find((event) => event.activityTaskCompletedEventAttributes);
  const [payload] = answer?.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
  assert.ok(payload && answer?.activityTaskCompletedEventAttributes?.result);
  const data = Buffer.from(JSON.stringify(secret));
  answer.activityTaskCompletedEventAttributes.result.payloads = [makePayload({ ...payload, data })];
  return history;
}

describe('what a recording promises, in seconds', () => {
  const folder = useFolder();
  let tracer: Tracer;
  let bundleCode: string;

  before(async () => {
    bundleCode = await bundleWorkflows(require.resolve('./spelling'), {});
    tracer = new Tracer({ bundleCode, replayOptions: {} });
  });
  after(() => tracer.close());

  const open = () =>
    Recorder.open({
      folder: folder.path,
      source: 'server',
      redactor: new Redactor({ tokens: new Tokens(), words: wordsOfBundle(bundleCode), tracer }),
    });

  it('holds nothing that a user put in', async () => {
    const recorder = await open();
    const run = { workflowId: `order of ${secret}`, runId: 'run-1', history: await historyOf('order') };
    const { status, file = '' } = await recorder.record(run, 1);
    assert.equal(status, 'recorded');
    const saved = gunzipSync(await readFile(join(folder.path, file))).toString('latin1');
    assert.doesNotMatch(saved, /Alice|Liddell/);
    assert.doesNotMatch(await readFile(join(folder.path, 'manifest.json'), 'utf8'), /Alice|Liddell/);
  });

  it('does not keep a process that had nothing to replay', async () => {
    const script = `const { Tracer } = require(${JSON.stringify(require.resolve('longhaul/replay'))});
      void new Tracer({ bundleCode: '', replayOptions: {} }).close();`;
    const { status } = await runCommand('timeout', ['20', process.execPath, '-e', script], { cwd: folder.path });
    assert.equal(status, 0, 'it did not end');
  });

  it('has each run once, also for the next recording', async () => {
    const run = { workflowId: 'order-1', runId: 'run-1', history: await historyOf('order') };
    assert.equal((await (await open()).record(run, 1)).status, 'recorded');
    assert.equal((await (await open()).record(run, 1)).status, 'exists');
  });

  it('refuses where the redacted history would not replay as the original does', async () => {
    const run = { workflowId: 'order-1', runId: 'run-1', history: await historyOf('picky') };
    const { status, message } = await (await open()).record(run, 1);
    assert.equal(status, 'refused');
    assert.match(message ?? '', /depends on a text .* --keep 'ActivityTaskCompleted reserveStock result\[0\] \$'/);
  });
});
