import { loadHistories, replayHistories } from 'longhaul/replay';

/** Replays a workflow that loops for ever in this process, and prints what became of it. */
async function main([workflowsPath = '', history = '']: readonly string[]): Promise<void> {
  const same = (payloads: unknown[]) => Promise.resolve(payloads);
  const report = await replayHistories({
    workflowsPath,
    histories: await loadHistories([history]),
    deadlineMs: 1_000,
    replayOptions: { dataConverter: { payloadCodecs: [{ encode: same as never, decode: same as never }] } },
  });
  console.log(report.histories[0]?.status);
}

void main(process.argv.slice(2));
