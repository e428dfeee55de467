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
  private readonly parts: readonly string[];
  private where = '';

  constructor(private readonly options: RedactOptions) {
    this.parts = [...new Set(options.texts)]
      .filter((text) => text.length > 2 && !/\s/.test(text))
      .sort((a, b) => b.length - a.length);
  }

  redact(history: History): Redacted {
    const events = history.events ?? [];
    for (const event of events) {
      this.where = placeOf(event, events);
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
    // A marker's `data` is the core's own bookkeeping.
    if (field === 'details' && this.where.startsWith('MarkerRecorded')) {
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
    if (field === 'fields') this.keys(value as Record<string, unknown>);
    this.message(value, path);
  }

  /** Names of headers, memo fields and the like, where no code has them. */
  private keys(map: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(map)) {
      const name = this.key(key);
      if (name === key) continue;
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
    const { metadata, data } = payload;
    const encoding = encodingOf(payload);
    if (!data || data.length === 0 || encoding === 'binary/null') return payload;
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
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const name = named ? key : this.key(key);
        return [name, this.json(item, `${path}.${name}`, named)];
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
    if (text === '') return text;
    if (this.options.words.literals.has(text)) {
      this.kept.literals.add(text);
      return text;
    }
    return this.composed(text);
  }

  private key(key: string): string {
    return this.knows(key) || this.isOfWords(key) ? key : this.options.tokens.text(key);
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
    if (field === 'activityId' && /^\d{1,6}$/.test(id)) return id; // counted by the SDK
    return this.slotted(id, `${field} (id)`, () => this.text(id));
  }

  /** An id is often made of a shorter one and fixed parts: it becomes one of that one's token and the same parts. */
  private composed(text: string): string {
    if (/\s/.test(text) || kindOf(text) !== 'text') return this.options.tokens.text(text);
    if (text.endsWith('/request')) return `${this.text(text.slice(0, -'/request'.length))}/request`; // of an update
    const part = this.parts.find((known) => known.length < text.length && standsIn(text, known));
    if (part === undefined) return this.options.tokens.text(text);
    const [before = '', ...after] = text.split(part);
    return [before, ...after].map((rest) => this.rest(rest)).join(this.text(part));
  }

  /** What is left of an id: separators, counters and the code's words stay. */
  private rest(text: string): string {
    const shorter = this.parts.some((known) => standsIn(text, known));
    if (shorter) return this.composed(text);
    return text.replace(/[\p{L}\p{N}_]+/gu, (piece) =>
      /^\d{1,4}$/.test(piece) || this.options.words.words.has(piece) || this.options.words.names.has(piece)
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
function placeOf(event: HistoryEvent, events: readonly HistoryEvent[]): string {
  const type = typeOf(event) ?? 'Unknown';
  const attributes = attributesOf(event);
  const askedId = (attributes.scheduledEventId ?? attributes.initiatedEventId ?? 0) as HistoryEvent['eventId'];
  const asked = events[Number(String(askedId)) - 1];
  const named = asked && idOf(asked) < idOf(event) ? attributesOf(asked) : attributes;
  const { activityType, workflowType, signalName, markerName, acceptedRequest } = named as Partial<
    Record<string, { name?: string; input?: { name?: string } } & string>
  >;
  const name = activityType?.name ?? signalName ?? markerName ?? acceptedRequest?.input?.name ?? workflowType?.name;
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
