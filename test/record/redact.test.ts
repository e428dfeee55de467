import assert from 'node:assert/strict';
import { firstDifference } from '../../replay/record/compare-traces';
import { historyFromJson } from '../../replay/json/history-from-json';
import { Redaction, textsOf, type Redacted } from '../../replay/record/redact';
import { wordsOf } from '../../replay/record/source-words';
import { Tokens } from '../../replay/record/tokens';
import { encodeHistory, type Command, type History } from '../../replay/proto';

const words = wordsOf(["const state = { customers: {}, 'x-tenant': 1, step1: 2 }; function shipment() {}"]);

const bytes = (text: string): string => Buffer.from(text).toString('base64');
const payload = (value: unknown, metadata: Record<string, string> = {}): object => ({
  metadata: { encoding: bytes('json/plain'), ...metadata },
  data: bytes(JSON.stringify(value)),
});
const payloads = (...values: unknown[]): object => ({ payloads: values.map((value) => payload(value)) });

function historyOf(...events: object[]): History {
  return historyFromJson(events.map((event, index) => ({ eventId: index + 1, ...event }))).history;
}

function redact(history: History, keep: readonly string[] = []): Redacted & { text: string; json: string } {
  const texts = textsOf(history, 'an-id');
  const redaction = new Redaction({ words, tokens: new Tokens(), texts, keep: new Set(keep), workflowId: 'an-id' });
  const redacted = redaction.redact(history);
  const text = Buffer.from(encodeHistory(redacted.history)).toString('latin1');
  const { places } = redacted;
  return { ...redacted, text, json: JSON.stringify([...places.values, ...places.texts, ...places.ids]) };
}

const started = (attributes: object): object => ({
  workflowExecutionStartedEventAttributes: { workflowType: { name: 'order' }, ...attributes },
});

describe('a redaction', () => {
  const cases: [what: string, event: object, secret: RegExp][] = [
    [
      'the details of a failure by which a local activity ended',
      {
        markerRecordedEventAttributes: {
          markerName: 'core_local_activity',
          details: { data: payloads({ seq: 1, activity_type: 'charge' }) },
          failure: {
            message: 'declined',
            applicationFailureInfo: { type: 'Declined', details: payloads({ card: 'visa-of-alice' }) },
            cause: { message: 'x', applicationFailureInfo: { details: payloads('alice again') } },
          },
        },
      },
      /alice/,
    ],
    [
      'keys that are numbers, though they are of digits alone',
      started({
        input: payloads({
          customers: { '4111-1111-2222-3333': 1, '555-0199': 2, '2024-05-17': 3, '10.20.30.40': 4, '8472': 5 },
        }),
      }),
      /4111-1111|555-0199|2024-05-17|10\.20\.30\.40|8472/,
    ],
    [
      'numbers that are written with an exponent',
      started({ input: payloads(4.234567891e30, 7.654321e-9) }),
      /4\.234567891|7\.654321/,
    ],
    [
      'what a converter says in the metadata of a payload',
      started({
        input: {
          payloads: [
            payload('x', { owner: bytes('alice@example.com'), raw: Buffer.from([255, 254]).toString('base64') }),
          ],
        },
      }),
      /alice|\xff\xfe/,
    ],
    [
      'headers of a Nexus operation, whatever they are called',
      {
        nexusOperationScheduledEventAttributes: {
          endpoint: 'e',
          service: 's',
          operation: 'o',
          nexusHeader: { source: 'alice-1', version: 'alice-2', type: 'alice-3', 'alice-4': 'v' },
        },
      },
      /alice/,
    ],
    [
      'keys of maps in a protobuf message of JSON',
      started({
        input: {
          payloads: [
            {
              metadata: { encoding: bytes('json/protobuf'), messageType: bytes('acme.Order') },
              data: bytes(JSON.stringify({ byMail: { 'alice@example.com': { total: 3 } } })),
            },
          ],
        },
      }),
      /alice/,
    ],
    [
      'names of signals and updates that are made of data',
      { workflowExecutionSignaledEventAttributes: { signalName: 'paid-by-alice', input: payloads(5_551_234) } },
      /alice|5551234/,
    ],
  ];
  for (const [what, event, secret] of cases) {
    it(`leaves nothing of ${what}, in the history and in the places that it names`, () => {
      const history = historyOf(event);
      assert.match(Buffer.from(encodeHistory(history)).toString('latin1') + JSON.stringify(event), secret);
      const { text, json } = redact(history);
      assert.doesNotMatch(text, secret);
      assert.doesNotMatch(json, secret);
    });
  }

  it('leaves of an id that is made of another text its counters, and no number that somebody has', () => {
    const child = (workflowId: string) => ({
      startChildWorkflowExecutionInitiatedEventAttributes: { workflowId, workflowType: { name: 'shipment' } },
    });
    const scheduled = (activityId: string) => ({
      activityTaskScheduledEventAttributes: { activityId, activityType: { name: 'ship' } },
    });
    const ids = ['order-of-al/12/3', 'order-of-al-4711', 'order-of-al-4111-1111-2222-3333', 'order-of-al 555-0199'];
    const { history, text } = redact(
      historyOf(started({ input: payloads('order-of-al') }), ...ids.map(child), scheduled('2'), scheduled('90210')),
    );
    // A token may hold any three or four digits by chance.
    assert.doesNotMatch(text, /order-of-al|4111-1111|2222-3333|555-0199|90210/);
    const of = (history.events ?? []).map(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId,
    );
    assert.match(of[1] ?? '', /^x\w+\/12\/3$/);
    assert.match(of[2] ?? '', /^x\w+-4711$/);
    assert.match(of[3] ?? '', /^x\w+(?:-\d{4}){4}$/);
    assert.match(of[4] ?? '', /^x[a-z\d]{12}$/);
    assert.equal(history.events?.[5]?.activityTaskScheduledEventAttributes?.activityId, '2');
  });

  it('keeps keys that the code has, indexes, and keys of its words with one counter', () => {
    const { text } = redact(
      historyOf(started({ input: payloads({ customers: { '0': 'a', '17': 'b', step1: 'c' } }) })),
    );
    assert.match(text, /"customers":\{"0":"[^"]+","17":"[^"]+","step1":/);
  });

  it('keeps two keys apart whose tokens are the same, and replaces a key as the value that equals it', () => {
    const keys = Array.from({ length: 600 }, (_, index) => String(100 + index));
    const value = { customers: Object.fromEntries(keys.map((key) => [key, key])) };
    const { history } = redact(historyOf(started({ input: payloads(value) })));
    const [input] = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const { customers } = JSON.parse(Buffer.from(input?.data ?? []).toString()) as {
      customers: Record<string, string>;
    };
    assert.equal(Object.keys(customers).length, 600);
    const same = Object.entries(customers).filter(([key, item]) => key === item).length;
    assert.ok(same > 250, `${same} of 600 keys equal their values`);
  });

  it('keeps a key where it is told to, under one name for all keys of the map', () => {
    const event = (): object => started({ input: payloads({ customers: { '8472': 'x' } }) });
    const place = 'WorkflowExecutionStarted order input[0] $.customers{} (number)';
    assert.ok(redact(historyOf(event())).places.values.has(place));
    assert.match(redact(historyOf(event()), [place]).text, /"8472":/);
  });

  it('leaves texts that equal a task queue, a workflow type or an activity type, which stay in the history anyway', () => {
    const scheduled = { activityType: { name: 'unpack' }, taskQueue: { name: 'host-7-queue' }, activityId: '1' };
    const input = payloads('host-7-queue', 'unpack', 'host-8-queue');
    const { text } = redact(historyOf(started({ input }), { activityTaskScheduledEventAttributes: scheduled }));
    assert.match(text, /"host-7-queue"[^]*"unpack"/);
    assert.doesNotMatch(text, /host-8/);
  });

  it('takes seconds, not hours, for a history of many texts', () => {
    const ids = Array.from({ length: 30_000 }, (_, index) => `parcel-${index}-of-${(index * 7919) % 30_011}`);
    const history = historyOf(started({ input: payloads(ids) }));
    const begunAt = performance.now();
    redact(history);
    const ms = performance.now() - begunAt;
    assert.ok(ms < 6_000, `it took ${Math.round(ms)} ms`);
  });

  it('is not refused since code hands on a token as a fairness key or in a Nexus header', () => {
    const command = (tenant: string): Command => ({
      scheduleActivity: { seq: 1, activityType: 'ship', priority: { fairnessKey: tenant } },
      scheduleNexusOperation: { seq: 1, nexusHeader: { tenant } },
    });
    const trace = (tenant: string) => ({
      verdict: 'pass',
      endless: false,
      tasks: [
        { historyLength: 3, commands: [{ scheduleActivity: command(tenant).scheduleActivity ?? null }] },
        { historyLength: 6, commands: [{ scheduleNexusOperation: command(tenant).scheduleNexusOperation ?? null }] },
      ],
    });
    assert.equal(firstDifference(trace('alice'), trace('x1a')), undefined);
  });
});
