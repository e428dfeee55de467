import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { HistoryPathError, loadHistories, ManifestError } from '../../replay';
import { binary, fixtures, json, useFolder } from './support';

describe('loadHistories', () => {
  const folder = useFolder();

  async function load(name: string, content: string | Uint8Array) {
    const file = join(folder.path, name);
    await writeFile(file, content);
    const [history] = await loadHistories([file]);
    assert.ok(history);
    return history;
  }

  const text = async (change: (history: Awaited<ReturnType<typeof json>>) => unknown = (history) => history) =>
    JSON.stringify(change(await json()));

  const forms: Record<string, () => Promise<[string, string | Uint8Array]>> = {
    'a binary history': async () => ['h.bin', await binary()],
    'a zipped binary history': async () => ['h.bin.gz', gzipSync(await binary())],
    'the JSON of the Temporal CLI': async () => ['h.json', await text()],
    'zipped JSON': async () => ['h.json.gz', gzipSync(await text())],
    'the wrapper of the HTTP API': async () => ['h.json', await text((history) => ({ history }))],
    'a bare array of events': async () => ['h.json', await text(({ events }) => events)],
    'enums in PascalCase, as old tools write them': async () => [
      'h.json',
      await text(({ events }) => ({
        events: events.map((event) => ({ ...event, eventType: pascal(String(event.eventType)) })),
      })),
    ],
    'unknown fields': async () => ['h.json', await text((history) => ({ ...history, later: 1 }))],
  };
  for (const [title, make] of Object.entries(forms)) {
    it(`reads ${title}`, async () => {
      const [name, content] = await make();
      const history = await load(name, content);
      assert.equal(history.problem, undefined);
      assert.equal(history.workflowType, 'order');
      assert.equal(history.workflowId, 'order-1');
      assert.equal(history.events, 48);
      assert.ok(history.spanMs > 1_000);
      assert.deepEqual(Buffer.from(history.encoded ?? []), await binary());
    });
  }

  it("takes the ids out of the Java SDK's wrapper", async () => {
    const history = await load('h.json', await text((events) => ({ workflowId: 'w-1', runId: 'r-1', ...events })));
    assert.deepEqual([history.workflowId, history.runId], ['w-1', 'r-1']);
  });

  const malformed: Record<string, [() => Promise<[string, string | Uint8Array]>, RegExp]> = {
    'a zipped file that is cut off': [
      async () => ['h.bin.gz', gzipSync(await binary()).subarray(0, 500)],
      /cannot be unzipped/,
    ],
    'a binary file that is cut off': [async () => ['h.bin', (await binary()).subarray(0, 500)], /ends early/],
    garbage: [() => Promise.resolve(['h.bin', Buffer.from('not a history')]), /never protobuf/],
    'an empty file': [() => Promise.resolve(['h.bin', '']), /empty/],
    'JSON that is cut off': [async () => ['h.json', (await text()).slice(0, 500)], /not JSON/],
    'JSON without events': [() => Promise.resolve(['h.json', '{}']), /no list of events/],
    'an empty list of events': [() => Promise.resolve(['h.json', '{"events":[]}']), /has no events/],
    'events newest first': [
      async () => ['h.json', await text(({ events }) => ({ events: events.reverse() }))],
      /event number 1 has id 48/,
    ],
    'a gap in the ids': [
      async () => ['h.json', await text(({ events }) => ({ events: events.toSpliced(9, 1) }))],
      /event number 10 has id 11/,
    ],
    'a history without its beginning': [
      async () => [
        'h.json',
        await text(({ events }) => ({
          events: events.slice(1).map((event, index) => ({ ...event, eventId: String(index + 1) })),
        })),
      ],
      /first event is WorkflowTaskScheduled/,
    ],
    'a history with an event cut out': [
      async () => [
        'h.json',
        await text(({ events }) => ({
          events: events.toSpliced(4, 1).map((event, index) => ({ ...event, eventId: String(index + 1) })),
        })),
      ],
      /event 5 \(ActivityTaskStarted\) answers event 5, which is no ActivityTaskScheduled/,
    ],
    'an event of an unknown type': [
      async () => [
        'h.json',
        await text(({ events }) => ({
          events: events.map((event, at) => (at === 20 ? { ...event, eventType: 999 } : event)),
        })),
      ],
      /event 21 is of type 999/,
    ],
    'fields in snake_case': [
      () =>
        Promise.resolve([
          'h.json',
          '{"events":[{"event_id":"1","event_type":"EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"}]}',
        ]),
      /snake_case/,
    ],
    'payloads that were decoded': [
      async () => [
        'h.json',
        await text(({ events }) => ({
          events: events.map((event, at) =>
            at === 0
              ? { ...event, workflowExecutionStartedEventAttributes: { input: { payloads: ['order-1'] } } }
              : event,
          ),
        })),
      ],
      /payloads were decoded/,
    ],
  };
  for (const [title, [make, message]] of Object.entries(malformed)) {
    it(`calls ${title} invalid, in one sentence`, async () => {
      const { problem, encoded } = await load(...(await make()));
      assert.equal(problem?.status, 'invalid');
      assert.match(problem.message, message);
      assert.doesNotMatch(problem.message, /\n/);
      assert.equal(encoded, undefined);
    });
  }

  it('skips a history with one event, and says why', async () => {
    const { problem } = await load('h.json', await text(({ events }) => ({ events: events.slice(0, 1) })));
    assert.deepEqual(problem, { status: 'skipped', message: 'It has 1 event: no workflow task was started.' });
  });

  it('reads a folder without its subfolders', async () => {
    await mkdir(join(folder.path, 'compat'));
    await writeFile(join(folder.path, 'compat', 'other.bin'), await binary());
    await writeFile(join(folder.path, 'mine.bin'), await binary());
    await writeFile(join(folder.path, 'notes.txt'), 'not a history');
    const histories = await loadHistories([folder.path]);
    assert.deepEqual(
      histories.map(({ file }) => file),
      [join(folder.path, 'mine.bin')],
    );
  });

  it('prefers what the manifest says', async () => {
    const histories = await loadHistories([fixtures]);
    assert.deepEqual(
      histories.map(({ workflowId }) => workflowId),
      ['family-7', 'family-7/ann', 'order-1', 'order-2', 'ticker-1'],
    );
  });

  it('refuses a path that leads to no history', async () => {
    await writeFile(join(folder.path, 'notes.txt'), '');
    for (const [path, message] of [
      [join(folder.path, 'nowhere'), /does not exist/],
      [folder.path, /holds no history/],
      [join(folder.path, 'notes.txt'), /must end in \.bin/],
    ] as const) {
      await assert.rejects(
        loadHistories([path]),
        (error) => error instanceof HistoryPathError && message.test(error.message),
      );
    }
  });

  it('refuses a manifest that it cannot read', async () => {
    await writeFile(join(folder.path, 'h.bin'), await binary());
    await writeFile(join(folder.path, 'manifest.json'), '{');
    await assert.rejects(loadHistories([folder.path]), ManifestError);
  });

  it('says that a file is not the one of its manifest', async () => {
    const content = await binary();
    await writeFile(join(folder.path, 'h.bin'), content);
    await writeFile(
      join(folder.path, 'manifest.json'),
      JSON.stringify({ schema: 'longhaul.histories/1', histories: { 'h.bin': { sha256: '00' } } }),
    );
    const [history] = await loadHistories([folder.path]);
    assert.match(history?.problem?.message ?? '', /was changed after it was saved/);
  });
});

function pascal(name: string): string {
  const words = name.replace(/^EVENT_TYPE_/, '').toLowerCase();
  return words.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
