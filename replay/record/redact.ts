import type { History } from '@temporalio/common/lib/proto-utils';
import { idOf, typeOf } from '../events';
import { type HistoryEvent, isFailure, isPayload, makePayload, type Payload } from '../proto';
import { encodingOf } from './payloads-of';
import type { SourceWords } from './source-words';
import { kindOf, Tokens } from './tokens';

/** What a redaction left as it was. */
export interface Kept {
  /** Texts that are literals of the workflow code. */
  literals: Set<string>;
  /** Places at which values were kept because the replay needs them. */
  slots: Set<string>;
}

/** A place that may have to be kept: `ActivityTaskCompleted fetchPrice $.total (number)`. */
export type Slot = string;

export interface RedactOptions {
  words: SourceWords;
  tokens: Tokens;
  /** Texts found in payloads: ids made of them are made of their tokens. */
  texts: readonly string[];
  /** Places to leave as they are. */
  keep: ReadonlySet<Slot>;
  /** The workflow's own id, which older histories do not have in them. */
  workflowId: string;
}

export interface Redacted {
  history: History;
  workflowId: string;
  kept: Kept;
  /** Every place at which something was replaced. */
  places: Places;
}

/** Numbers, dates and the like may be kept where a replay needs them, ids where nothing else helps; texts only when asked for. */
export interface Places {
  values: Set<Slot>;
  ids: Set<Slot>;
  texts: Set<Slot>;
}

/** Text fields of events that code and servers name, as against what users put in. */
const keptFields = new Set([
  ...[
    'originalExecutionRunId',
    'firstExecutionRunId',
    'continuedExecutionRunId',
    'newExecutionRunId',
    'runId',
    'baseRunId',
  ],
  ...[
    'newRunId',
    'parentInitiatedEventId',
    'timerId',
    'markerName',
    'sdkName',
    'sdkVersion',
    'buildId',
    'deploymentName',
  ],
  ...[
    'binaryChecksum',
    'cronSchedule',
    'version',
    'normalName',
    'protocolInstanceId',
    'acceptedRequestMessageId',
    'updateId',
  ],
  ...['seriesName', 'worker_deployment_name', 'inheritedBuildId', 'assignedBuildId', 'source'],
]);
/** Messages whose `name` is a name of code. */
const namedByCode = new Set(['workflowType', 'activityType', 'taskQueue', 'originalWorkflowType']);
/** Ids that the workflow code makes, and that the core compares or refers to. */
const idFields = new Set(['workflowId', 'activityId', 'protocolInstanceId', 'updateId', 'acceptedRequestMessageId']);
/** Names that workflow code declares, unless they are made of data. */
const declared = new Set(['signalName', 'name', 'endpoint', 'service', 'operation', 'normalName', 'type', 'queryType']);
/** What a payload's metadata says of how to read it. */
const ofEncoding = new Set(['encoding', 'messageType', 'type']);
/** Search attributes that the server keeps by itself. */
const serverAttributes = new Set(['TemporalChangeVersion', 'BuildIds']);

/**
 * Replaces all that users put into a history: payloads, ids, failure messages and stack traces, headers, memo, identities. Shapes
 * stay, and so do words of the workflow code. What is not known to be harmless is replaced.
 *
 * @param original Decoded, with no codec's encoding left. Not changed.
 */
export class Redaction {
  readonly kept: Kept = { literals: new Set(), slots: new Set() };
  readonly places: Places = { values: new Set(), ids: new Set(), texts: new Set() };
  private readonly parts: Parts;
  /** Names that stay in the history, and so need not be hidden where a payload says them too, as of a worker's own task queue. */
  private said: ReadonlySet<string> = new Set();
  private where = '';
  /** Events, of which each activity has one. */
  private most = 0;

  constructor(private readonly options: RedactOptions) {
    this.parts = new Parts(options.texts);
  }

  redact(history: History): Redacted {
    const events = history.events ?? [];
    this.said = namesIn(events);
    this.most = events.length;
    for (const event of events) {
      this.where = placeOf(event, events, (name) => this.name(name));
      delete event.links;
      delete event.userMetadata;
      this.message(event, '');
    }
    return {
      history,
      workflowId: this.id(this.options.workflowId, 'workflowId'),
      kept: this.kept,
      places: this.places,
    };
  }

  private message(message: object, path: string): void {
    const fields = message as Record<string, unknown>;
    for (const [field, value] of Object.entries(fields)) {
      if (value === null || value === undefined) continue;
      const at = path === '' ? field : `${path}.${field}`;
      if (typeof value === 'string') fields[field] = this.field(field, value, path, fields);
      else if (isPayload(value)) fields[field] = this.payload(value, field, at);
      else if (Array.isArray(value)) fields[field] = this.list(value as unknown[], field, at);
      else if (typeof value === 'object' && !ArrayBuffer.isView(value) && !isLong(value)) this.inner(value, field, at);
      else if (field === 'completionCallbacks') fields[field] = [];
    }
  }

  private list(values: unknown[], field: string, path: string): unknown[] {
    if (field === 'completionCallbacks' || field === 'links') return [];
    return values.map((value, index) => {
      if (isPayload(value)) return this.payload(value, field, `${path}[${index}]`);
      if (typeof value === 'string') return this.field(field, value, path, {});
      if (typeof value === 'object' && value !== null && !isLong(value)) this.message(value, `${path}[]`);
      return value;
    });
  }

  private inner(value: object, field: string, path: string): void {
    // A marker's `data` is the core's own bookkeeping; a failure in it has details too, which are the user's.
    if (path === 'markerRecordedEventAttributes.details') {
      const { result, ...others } = value as Record<string, object>;
      if (result) this.message(result, `${path}.result`);
      if (this.where.startsWith('MarkerRecorded core_')) return;
      Object.values(others).forEach((other) => this.message(other, path));
      return;
    }
    if (field === 'indexedFields') {
      for (const [name, payload] of Object.entries(value as Record<string, Payload>)) {
        if (serverAttributes.has(name)) continue;
        Object.assign(value, { [name]: this.payload(payload, name, `${path}.${name}`) });
      }
      return;
    }
    if (field === 'nexusHeader') {
      // Of texts, whose names are any: they are no fields.
      const header = value as Record<string, string>;
      for (const [name, text] of Object.entries(header)) header[name] = this.text(text);
      this.keys(header);
      return;
    }
    if (field === 'fields') this.keys(value as Record<string, unknown>);
    this.message(value, path);
  }

  /** Names of headers, memo fields and the like, where no code has them. */
  private keys(map: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(map)) {
      if (this.isName(key)) continue;
      const name = this.options.tokens.text(key);
      Reflect.deleteProperty(map, key);
      map[name] = value;
    }
  }

  private field(field: string, value: string, path: string, message: object): string {
    if (value === '') return value;
    const parent =
      path
        .split('.')
        .at(-1)
        ?.replace(/\[\d*\]$/, '') ?? '';
    if (idFields.has(field)) return this.id(value, field);
    if (field === 'name' && parent === 'taskQueue' && Reflect.get(message, 'kind') === 2) return 'redacted'; // names a host
    if (field === 'name' && namedByCode.has(parent)) return value;
    if (keptFields.has(field)) return value;
    if (field === 'namespace' || field.endsWith('Namespace')) return 'default';
    if (isFailure(message) && field === 'stackTrace') return '';
    if (declared.has(field) && this.knows(value)) return value;
    if (field === 'identity') return 'redacted';
    return this.text(value);
  }

  private payload(payload: Payload, field: string, path: string): Payload {
    const { data } = payload;
    const encoding = encodingOf(payload);
    const metadata = this.metadata(payload, path);
    if (!data || data.length === 0 || encoding === 'binary/null') return Object.assign(payload, { metadata });
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(data).toString('utf8'));
    } catch {
      return makePayload({ metadata, data: new Uint8Array(data.length) });
    }
    const ofFailure = field === 'encodedAttributes';
    const named = ofFailure || encoding === 'json/protobuf'; // by a schema, not by the user
    const redacted = this.json(json, ofFailure ? '$failure' : `${shortPath(path)}$`, named);
    return makePayload({ metadata, data: Buffer.from(JSON.stringify(redacted)) });
  }

  /** What converters say of a payload beside how it is encoded: they may say anything. */
  private metadata({ metadata }: Payload, path: string): Record<string, Uint8Array> {
    return Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, bytes]) => {
        const text = Buffer.from(bytes).toString('utf8');
        if (ofEncoding.has(name)) return [name, bytes];
        if (!Buffer.from(text).equals(Buffer.from(bytes))) return [name, new Uint8Array(bytes.length)];
        const place = `${shortPath(path)}metadata.${name} (${kindOf(text)})`;
        return [name, Buffer.from(this.slotted(text, place, () => this.text(text)))];
      }),
    );
  }

  private json(value: unknown, path: string, named: boolean): unknown {
    if (typeof value === 'string') {
      if (path === '$failure.stack_trace') return '';
      const kind = kindOf(value);
      const shown = kind === 'text' && this.isOfWords(value) ? 'words' : kind;
      return this.slotted(value, `${path} (${shown})`, () => this.text(value));
    }
    if (typeof value === 'number')
      return this.slotted(value, `${path} (number)`, () => this.options.tokens.number(value));
    if (Array.isArray(value)) return value.map((item) => this.json(item, `${path}[]`, named));
    if (typeof value !== 'object' || value === null) return value;
    const names = new Set<string>();
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const isName = named ? /^@?[A-Za-z_]\w*$/.test(key) : this.isName(key);
        const at = isName ? `${path}.${key}` : `${path}{}`;
        let name = isName ? key : this.slotted(key, `${at} (${kindOf(key)})`, () => this.text(key));
        // Of short numbers two may become the same.
        if (names.has(name)) name = this.options.tokens.text(`${key} again`);
        names.add(name);
        return [name, this.json(item, at, named)];
      }),
    );
  }

  private slotted<T>(value: T, place: string, replace: () => T): T {
    const replaced = replace();
    if (replaced === value) return replaced;
    const isId = place.endsWith('(id)');
    // An id stands in several events, and has to be the same in all.
    const slot = isId ? `${this.where.split(' ')[1] ?? ''} ${place}`.trim() : `${this.where} ${place}`;
    const { values, ids, texts } = this.places;
    (isId ? ids : /\((?:text|email|url)\)$/.test(place) ? texts : values).add(slot);
    if (!this.options.keep.has(slot)) return replaced;
    this.kept.slots.add(slot);
    return value;
  }

  private text(text: string): string {
    if (text === '' || this.said.has(text)) return text;
    if (this.options.words.literals.has(text)) {
      this.kept.literals.add(text);
      return text;
    }
    return this.composed(text);
  }

  /** A name that code may have made of data, as of a signal. */
  private name(name: string): string {
    return this.knows(name) ? name : this.text(name);
  }

  /** Whether a key names a property, not somebody: it is the code's, or an index, or of the code's words with one counter at most. */
  private isName(key: string): boolean {
    if (key === '' || this.knows(key) || /^\d{1,2}$/.test(key)) return true;
    const numbers = key.match(/\d+/g) ?? [];
    return numbers.length < 2 && /\p{L}/u.test(key) && this.isOfWords(key);
  }

  /** Whether a text could have been put together from the code's words and a counter. */
  private isOfWords(text: string): boolean {
    const { words, names } = this.options.words;
    const pieces = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
    return pieces.every((piece) => words.has(piece) || names.has(piece) || /^\d{1,4}$/.test(piece));
  }

  private knows(name: string): boolean {
    return this.options.words.names.has(name) || this.options.words.literals.has(name) || name.startsWith('__temporal');
  }

  private id(id: string, field: string): string {
    if (field === 'activityId' && /^[1-9]\d*$/.test(id) && Number(id) <= this.most) return id; // counted by the SDK
    return this.slotted(id, `${field} (id)`, () => this.text(id));
  }

  /** An id is often made of a shorter one and fixed parts: it becomes one of that one's token and the same parts. */
  private composed(text: string): string {
    if (/\s/.test(text) || kindOf(text) !== 'text') return this.options.tokens.text(text);
    if (text.endsWith('/request')) return `${this.text(text.slice(0, -'/request'.length))}/request`; // of an update
    const part = this.parts.longestIn(text, text.length - 1);
    if (part === undefined) return this.options.tokens.text(text);
    const [before = '', ...after] = text.split(part);
    return [before, ...after].map((rest) => this.rest(rest)).join(this.text(part));
  }

  /** What is left of an id: separators, counters and the code's words stay. */
  private rest(text: string): string {
    if (this.parts.longestIn(text, text.length) !== undefined) return this.composed(text);
    // One number may count; several, such as those of a telephone, hardly do.
    const counter = (text.match(/\d+/g) ?? []).length === 1 ? /^\d{1,4}$/ : /^\d{1,2}$/;
    return text.replace(/[\p{L}\p{N}_]+/gu, (piece) =>
      counter.test(piece) || this.options.words.words.has(piece) || this.options.words.names.has(piece)
        ? piece
        : this.options.tokens.text(piece),
    );
  }
}

/** The texts of all payloads in a history, and the workflow's own id. */
export function textsOf(history: History, workflowId: string): string[] {
  const texts = new Set([workflowId]);
  const collect = (value: unknown): void => {
    if (typeof value === 'string') texts.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  const visit = (message: object): void => {
    for (const value of Object.values(message)) {
      if (isPayload(value)) {
        try {
          collect(JSON.parse(Buffer.from(value.data ?? []).toString('utf8')));
        } catch {
          // not JSON: it holds no text that an id could be made of
        }
      } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) visit(value as object);
    }
  };
  visit(history);
  return [...texts];
}

/** Texts that others may be made of. A long history has so many that each can't be held against each. */
class Parts {
  /** By the rarest word in each, longest first. */
  private readonly byWord = new Map<string, string[]>();

  constructor(texts: readonly string[]) {
    const parts = [...new Set(texts)].filter((text) => text.length > 2 && !/\s/.test(text));
    const counts = new Map<string, number>();
    for (const part of parts) for (const word of wordsIn(part)) counts.set(word, (counts.get(word) ?? 0) + 1);
    const rarer = (a: string, b: string): string => ((counts.get(b) ?? 0) < (counts.get(a) ?? 0) ? b : a);
    for (const part of parts.sort((a, b) => b.length - a.length)) {
      const [first = '', ...others] = wordsIn(part);
      const word = others.reduce(rarer, first);
      const known = this.byWord.get(word);
      if (known) known.push(part);
      else this.byWord.set(word, [part]);
    }
  }

  /** The longest of them that stands in a text and has so many characters at most. */
  longestIn(text: string, most: number): string | undefined {
    let longest: string | undefined;
    for (const word of new Set([...wordsIn(text), ''])) {
      const found = this.byWord.get(word)?.find((known) => known.length <= most && standsIn(text, known));
      if (found !== undefined && found.length > (longest?.length ?? 0)) longest = found;
    }
    return longest;
  }
}

const wordsIn = (text: string): string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

/** Names of task queues, workflows and activities: they stay. */
function namesIn(events: readonly HistoryEvent[]): Set<string> {
  const names = new Set<string>();
  for (const event of events) {
    const { activityType, workflowType, taskQueue } = attributesOf(event) as Partial<
      Record<string, { name?: string | null; kind?: number } | null>
    >;
    for (const name of [activityType?.name, workflowType?.name, taskQueue?.kind === 2 ? '' : taskQueue?.name])
      if (name) names.add(name);
  }
  return names;
}

/** Whether a text has another one in it, between separators. */
function standsIn(text: string, known: string): boolean {
  for (let at = text.indexOf(known); at !== -1; at = text.indexOf(known, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text[at + known.length] ?? '';
    if (!/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
}

function isLong(value: object): boolean {
  return 'low' in value && 'high' in value && 'unsigned' in value;
}

/** `ActivityTaskCompleted chargeCard`: where in a history an event stands, by kind and name. */
function placeOf(event: HistoryEvent, events: readonly HistoryEvent[], shown: (name: string) => string): string {
  const type = typeOf(event) ?? 'Unknown';
  const attributes = attributesOf(event);
  const askedId = (attributes.scheduledEventId ?? attributes.initiatedEventId ?? 0) as HistoryEvent['eventId'];
  const asked = events[Number(String(askedId)) - 1];
  const named = asked && idOf(asked) < idOf(event) ? attributesOf(asked) : attributes;
  const { activityType, workflowType, signalName, markerName, acceptedRequest } = named as Partial<
    Record<string, { name?: string; input?: { name?: string } } & string>
  >;
  const given = signalName ?? acceptedRequest?.input?.name;
  const name = activityType?.name ?? (given && shown(given)) ?? markerName ?? workflowType?.name;
  return name ? `${type} ${name}` : type;
}

function attributesOf(event: HistoryEvent): Record<string, unknown> {
  const field = Object.keys(event).find((key) => key.endsWith('EventAttributes')) as keyof HistoryEvent | undefined;
  return ((field && event[field]) ?? {}) as Record<string, unknown>;
}

/** `input.payloads[0]` of `activityTaskScheduledEventAttributes.input.payloads[0]`, and no more than tells it apart. */
function shortPath(path: string): string {
  const short = path.replace(/^\w+EventAttributes\.?/, '').replace(/\.payloads(\[\d+\])/, '$1');
  return short === '' ? '' : `${short} `;
}
