import { bundleWorkflows, Recorder, Redactor, Tokens, Tracer, wordsOfBundle } from 'longhaul/replay';
import { switchOffPromiseStacks } from '../../replay/engine/sdk-internals';
import { decodeHistory } from '../../replay/proto';
import { binary } from '../replay/support';

/** Records a history twice into the folder that it is given, whose code makes no end of a redacted value; prints what came of it. */
async function main(folder: string): Promise<void> {
  const { events } = decodeHistory(await binary());
  const answered = (events ?? []).findIndex((event) => event.activityTaskCompletedEventAttributes);
  const [payload] = events?.[answered]?.activityTaskCompletedEventAttributes?.result?.payloads ?? [];
  if (payload) payload.data = Buffer.from('300000');
  const bundleCode = await bundleWorkflows(require.resolve('./counts-down'), {});
  const tracer = new Tracer({ bundleCode, replayOptions: {}, deadlineMs: 2_500 });
  switchOffPromiseStacks();
  const redactor = new Redactor({ tokens: new Tokens(), words: wordsOfBundle(bundleCode), tracer });
  const recorder = await Recorder.open({ folder, source: 'server', redactor });
  for (const runId of ['run-1', 'run-2']) {
    // Up to its third workflow task: what comes later this code does not do.
    const history = { events: (events ?? []).slice(0, answered + 6) };
    const { status, kept, message } = await recorder.record({ workflowId: 'o-1', runId, history }, 1);
    console.log(JSON.stringify([status, kept?.places ?? message]));
  }
  process.exit(0);
}

void main(process.argv[2] ?? '');
