import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { HistoryPathError, loadHistories, ManifestError } from '../../replay';
import { decodeHistory } from '../../replay/proto';
import { base64url, mapPayloads, numericEnums, pascal, plainObject, snakeCase } from './spellings';
import { binary, fixtures, type Json, json, useFolder } from './support';

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
    'enums in capitals without their prefix, and ids as numbers': async () => [
      'h.json',
      await text(({ events }) =>
        events.map((event) => ({
          ...event,
          eventType: String(event.eventType).replace('EVENT_TYPE_', ''),
          eventId: Number(event.eventId),
        })),
      ),
    ],
    'enums as numbers': async () => ['h.json', await text((history) => numericEnums(history))],
    'fields in snake_case': async () => ['h.json', JSON.stringify(snakeCase(await json()))],
    'events newest first, as the old Web UI writes them': async () => [
      'h.json',
      await text(({ events }) => ({ events: events.reverse() })),
    ],
    'a line for each event': async () => [
      'h.jsonl',
      (await json()).events.map((event) => JSON.stringify(event)).join('\n'),
    ],
    'a page of events on each line': async () => {
      const { events } = await json();
      return [
        'h.json',
        [events.slice(0, 20), events.slice(20)].map((page) => JSON.stringify({ events: page })).join('\n'),
      ];
    },
    'what JSON.stringify makes of a fetched history': async () => [
      'h.json',
      JSON.stringify(decodeHistory(await binary())),
    ],
    'what JSON.stringify makes of its plain objects': async () => [
      'h.json',
      JSON.stringify(plainObject(decodeHistory(await binary()))),
    ],
    'base64 of the alphabet for addresses': async () => [
      'h.json',
      (await text()).replace(/"data":"([^"]*)"/g, (_, data: string) => `"data":"${base64url(data)}"`),
    ],
    'events without their types': async () => [
      'h.json',
      await text(({ events }) => ({ events: events.map((event) => ({ ...event, eventType: undefined })) })),
    ],
    'UTF-16, as Windows PowerShell saves output': async () => [
      'h.json',
      Buffer.from(`\ufeff${await text()}`, 'utf16le'),
    ],
    'JSON with a byte order mark': async () => ['h.json', `\ufeff${await text()}`],
    'JSON under a wrong name': async () => ['h.bin', await text()],
    'zipped content under a wrong name': async () => ['h.bin', gzipSync(await binary())],
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

  const approximated: Record<string, (history: Json) => unknown> = {
    'the payload shorthand of the HTTP API': (history) => ({
      history: mapPayloads(history, ({ payloads }) => payloads),
    }),
    'the decoded payloads of the Web UI': (history) => mapPayloads(history, (decoded) => decoded),
    'payloads whose metadata was decoded too': (history) =>
      mapPayloads(history, ({ payloads }) => ({
        payloads: payloads.map((data) => ({ metadata: { encoding: 'json/plain' }, data })),
      })),
  };
  for (const [title, change] of Object.entries(approximated)) {
    it(`reads ${title}, and says that bytes were lost`, async () => {
      const history = await load('h.json', await text(change));
      assert.equal(history.problem, undefined);
      assert.match(history.notes?.[0] ?? '', /^payloads approximated/);
      // These payloads are JSON without spaces, which a value gives back byte by byte.
      assert.deepEqual(Buffer.from(history.encoded ?? []), await binary());
    });
  }

  it('says of one page of a history that what follows is not looked at', async () => {
    const page = await load('h.json', await text((history) => ({ history, nextPageToken: 'AAEC' })));
    assert.match(page.notes?.join() ?? '', /^one page of a history alone/);
    const last = await load('h.json', await text((history) => ({ history, nextPageToken: '' })));
    assert.equal(last.notes, undefined);
  });

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
    'events in no order': [
      async () => ['h.json', await text(({ events }) => ({ events: [...events.slice(20), ...events.slice(0, 20)] }))],
      /event number 1 has id 21/,
    ],
    'several histories in one file': [
      async () => ['h.json', JSON.stringify([await json(), await json()])],
      /holds 2 histories: save each in a file of its own/,
    ],
    'an event type that no spelling has': [
      async () => [
        'h.json',
        await text(({ events }) =>
          events.map((event, at) => (at === 20 ? { eventId: '21', eventType: 'Teleported' } : event)),
        ),
      ],
      /event 21 is of type "Teleported", which this SDK does not know/,
    ],
    'an event that is no object': [
      async () => ['h.json', await text(({ events }) => [...events, 7])],
      /event number 49 is not an object/,
    ],
    'a field of the wrong type': [
      async () => [
        'h.json',
        await text(({ events }) =>
          events.map((event, at) =>
            at === 4 ? { ...event, activityTaskScheduledEventAttributes: { activityType: 'reserveStock' } } : event,
          ),
        ),
      ],
      /event 5\.activityTaskScheduledEventAttributes\.activityType is a string, not an object/,
    ],
    'a time that is none': [
      async () => ['h.json', await text(({ events }) => events.map((event) => ({ ...event, eventTime: 'yesterday' })))],
      /event 1\.eventTime is a string, not a time such as/,
    ],
    "another SDK's history": [
      async () => ['h.json', (await text()).replaceAll('temporal-typescript', 'temporal-java')],
      /made by temporal-java: only workflows of the TypeScript SDK/,
    ],
    "another SDK's history that does not name it": [
      async () => [
        'h.json',
        (await text()).replace(/"sdkMetadata":\{[^}]*\}/g, '"sdkMetadata":{}').replaceAll('core_patch', 'Version'),
      ],
      /made by the Go or the Java SDK \(it has a Version marker\)/,
    ],
    'JSON of endless depth': [
      () =>
        Promise.resolve([
          'h.json',
          `{"events":[{"eventId":"1","workflowExecutionFailedEventAttributes":${'{"failure":{"cause":'.repeat(1)}${'{"cause":'.repeat(20_000)}{}${'}'.repeat(20_000)}}}}]}`,
        ]),
      /nested too deeply|not JSON/,
    ],
    '50 MB of something else': [
      () => Promise.resolve(['h.bin', Buffer.alloc(50_000_000, 'lorem ipsum ')]),
      /never protobuf/,
    ],
    'a file that unzips to more than any history has': [
      () => Promise.resolve(['h.bin.gz', gzipSync(Buffer.alloc(410_000_000), { level: 1 })]),
      /unzips to more than 400 MB/,
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

  it('never throws over a file that is cut off, wherever that is', async () => {
    const whole = { bin: await binary(), 'bin.gz': gzipSync(await binary()), json: Buffer.from(await text()) };
    for (const [ending, content] of Object.entries(whole)) {
      for (let length = 0; length < content.length; length += Math.ceil(content.length / 150)) {
        const { problem, encoded, events } = await load(`h.${ending}`, content.subarray(0, length));
        assert.ok(problem ?? (encoded && ending === 'bin' && events < 48), `${ending} ${length}`);
        assert.doesNotMatch(problem?.message ?? '', /\n/);
      }
    }
  });

  it('reports files that cannot be read beside those that can', async function () {
    const path = (name: string) => join(folder.path, name);
    await writeFile(path('a.bin'), await binary());
    await mkdir(path('b.bin'));
    await symlink('c.bin', path('c.bin'));
    await symlink('nowhere', path('d.bin'));
    await symlink('.', path('circle'));
    await promisify(execFile)('mkfifo', [path('e.bin')]);
    const histories = await loadHistories([folder.path]);
    assert.deepEqual(
      histories.map(({ file, problem }) => `${basename(file)} ${problem?.message ?? 'loaded'}`),
      [
        'a.bin loaded',
        'b.bin It is not a file.',
        "c.bin It can't be read: its links lead in a circle (ELOOP).",
        'd.bin It does not exist.',
        'e.bin It is not a file.',
      ],
    );
  });

  it('says so where it lacks the permission to read', async function () {
    const { seteuid, getuid } = process;
    if (!seteuid || !getuid) return this.skip();
    await writeFile(join(folder.path, 'a.bin'), await binary(), { mode: 0 });
    await mkdir(join(folder.path, 'locked'), { mode: 0 });
    await chmod(folder.path, 0o755);
    const user = getuid();
    if (user === 0) seteuid(65_534); // the superuser may read anything
    try {
      const [history] = await loadHistories([join(folder.path, 'a.bin')]);
      assert.equal(history?.problem?.message, "It can't be read: no permission (EACCES).");
      await assert.rejects(loadHistories([join(folder.path, 'locked')]), /locked can't be read: no permission/);
    } finally {
      if (user === 0) seteuid(0);
    }
  });

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
