import { InvalidHistoryError } from '../invalid-history-error';
import { isObject, type Json } from './json';
import { bytesFromJson, payloadFromJson, payloadsFromJson } from './payload-json';
import { durationFromJson, timestampFromJson } from './time-json';

/** What protobufjs tells of a message type at run time. */
export interface ProtoType {
  fullName: string;
  fieldsArray: ProtoField[];
}

interface ProtoField {
  name: string;
  type: string;
  repeated: boolean;
  map: boolean;
  resolvedType: ProtoType | ProtoEnum | null;
  resolve(): unknown;
}

export interface ProtoEnum {
  name: string;
  values: Record<string, number>;
}

/** What was read less strictly than protobuf does. */
export interface Leniency {
  /** Payloads were written as values, so that their exact bytes are lost. */
  payloadsApproximated: boolean;
}

/**
 * Turns JSON into what protobufjs takes for a message of `type`.
 *
 * protobufjs reads one spelling. Tools write many: enum values as numbers, in PascalCase or without their prefix, fields in
 * snake_case, 64-bit numbers as objects, bytes as arrays, payloads as bare values. The type tells what is meant.
 *
 * @throws InvalidHistoryError in one sentence that names the field.
 */
export function messageFromJson(type: ProtoType, json: unknown, path: string, leniency: Leniency): Json {
  if (!isObject(json)) throw wrongType(path, json, 'an object');
  const message: Json = {};
  for (const [key, value] of Object.entries(json)) {
    const field = fieldsOf(type).get(plain(key));
    if (field === undefined || value === null || value === undefined) continue;
    message[field.name] = fieldFromJson(field, value, `${path}.${field.name}`, leniency);
  }
  return message;
}

function fieldFromJson(field: ProtoField, value: unknown, path: string, leniency: Leniency): unknown {
  if (field.map) {
    if (!isObject(value)) throw wrongType(path, value, 'an object');
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, valueFromJson(field, item, `${path}.${key}`, leniency)]),
    );
  }
  if (!field.repeated) return valueFromJson(field, value, path, leniency);
  if (!Array.isArray(value)) throw wrongType(path, value, 'a list');
  return value.map((item, index) => valueFromJson(field, item, `${path}[${index}]`, leniency));
}

function valueFromJson(field: ProtoField, value: unknown, path: string, leniency: Leniency): unknown {
  const { resolvedType } = field;
  if (resolvedType && 'values' in resolvedType) return enumFromJson(resolvedType, value, path);
  if (resolvedType) return wellKnownFromJson(resolvedType, value, path, leniency);
  switch (field.type) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(path, value, 'a string');
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(path, value, 'true or false');
      return value;
    case 'bytes': {
      const bytes = bytesFromJson(value);
      if (!bytes) throw wrongType(path, value, 'base64');
      return bytes;
    }
    default:
      return numberFromJson(value, path);
  }
}

function wellKnownFromJson(type: ProtoType, value: unknown, path: string, leniency: Leniency): unknown {
  switch (type.fullName) {
    case '.google.protobuf.Timestamp':
      return timestampFromJson(value) ?? fail(path, value, 'a time such as "2026-01-02T03:04:05Z"');
    case '.google.protobuf.Duration':
      return durationFromJson(value) ?? fail(path, value, 'a duration such as "60s"');
    case '.google.protobuf.FieldMask':
      return typeof value === 'string' ? { paths: value.split(',') } : messageFromJson(type, value, path, leniency);
    case '.temporal.api.common.v1.Payload':
      return payloadFromJson(value, leniency);
    case '.temporal.api.common.v1.Payloads':
      return payloadsFromJson(value, leniency);
    default:
      if (/^\.google\.protobuf\.\w+Value$/.test(type.fullName) && !isObject(value)) return { value };
      return messageFromJson(type, value, path, leniency);
  }
}

/** Numbers are kept, known or not; a name that no spelling of the enum has counts as unspecified. */
function enumFromJson(type: ProtoEnum, value: unknown, path: string): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw wrongType(path, value, 'a name');
  return namesOf(type).get(plain(value)) ?? 0;
}

/** A 64-bit number may come as a number, as text, or as the two halves that JavaScript libraries keep it in. */
function numberFromJson(value: unknown, path: string): unknown {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value)) return value;
  if (isObject(value) && typeof value.low === 'number' && typeof value.high === 'number') return value;
  throw wrongType(path, value, 'a number');
}

const fieldCache = new WeakMap<ProtoType, Map<string, ProtoField>>();

function fieldsOf(type: ProtoType): Map<string, ProtoField> {
  let fields = fieldCache.get(type);
  if (!fields) {
    for (const field of type.fieldsArray) field.resolve();
    fields = new Map(type.fieldsArray.map((field) => [plain(field.name), field]));
    fieldCache.set(type, fields);
  }
  return fields;
}

const nameCache = new WeakMap<ProtoEnum, Map<string, number>>();

/** `EVENT_TYPE_TIMER_FIRED`, `TimerFired` and `TIMER_FIRED` are one. */
export function namesOf(type: ProtoEnum): Map<string, number> {
  let names = nameCache.get(type);
  if (!names) {
    names = new Map();
    const prefix = plain(type.name);
    for (const [name, value] of Object.entries(type.values)) {
      names.set(plain(name), value);
      if (plain(name).startsWith(prefix)) names.set(plain(name).slice(prefix.length), value);
    }
    nameCache.set(type, names);
  }
  return names;
}

const plain = (name: string): string => name.replace(/_/g, '').toLowerCase();

function fail(path: string, value: unknown, wanted: string): never {
  throw wrongType(path, value, wanted);
}

function wrongType(path: string, value: unknown, wanted: string): InvalidHistoryError {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  return new InvalidHistoryError(`Its ${path} is ${got.replace('a object', 'an object')}, not ${wanted}.`);
}
