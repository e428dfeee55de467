import { createHmac, timingSafeEqual } from 'node:crypto';
import { callbackSignalName } from '../workflows/recipes/callback-message';

/** A key for tokens. */
export interface CallbackKey {
  /** Names it in the tokens, such as `'2026-11'`. */
  id: string;
  /** At least 32 bytes of chance, known to those who mint and those who receive, and to nobody else. */
  secret: string | Uint8Array;
}

/** New tokens are signed with `current`; those of `previous` still count. Rotate by moving one to the other. */
export interface CallbackKeys {
  current: CallbackKey;
  previous?: CallbackKey;
}

/** What a token allows: one callback for one item of one workflow. */
export interface CallbackTarget {
  namespace: string;
  /** No run id: the workflow may have rolled over when the callback comes. */
  workflowId: string;
  /** The key of the workflow's `callback()`. */
  item: string;
  /** The name of the signal that the inbox takes. @default that of `callbackInbox()` */
  inbox?: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type TokenRefusal = 'malformed' | 'unknown key' | 'wrong signature' | 'expired';

const version = 'lh1';
const longest = 4_096;

/**
 * Makes the token that another system calls back with; for activities and clients, since the workflow sandbox has no cryptography.
 *
 * Mint it in the activity that hands it over: then neither the key nor the token is ever in the history. Minting again for the same
 * item, as a retry does, gives another token for the same single use.
 *
 * @throws TypeError when the key is too short, or the target lacks a part.
 */
export function mintCallbackToken(keys: CallbackKeys, target: CallbackTarget): string {
  const { namespace, workflowId, item, inbox = callbackSignalName, expiresAt } = target;
  for (const [name, value] of Object.entries({ namespace, workflowId, item, inbox })) {
    if (!value) throw new TypeError(`mintCallbackToken: ${name} is empty`);
  }
  if (!Number.isFinite(expiresAt)) {
    throw new TypeError(`mintCallbackToken: expiresAt is ${expiresAt}; use milliseconds since the epoch`);
  }
  const { current } = checkKeys(keys);
  const body = Buffer.from(JSON.stringify([namespace, workflowId, inbox, item, expiresAt, current.id])).toString(
    'base64url',
  );
  const token = `${version}.${body}.${sign(current, body)}`;
  if (token.length > longest) {
    throw new TypeError(
      `mintCallbackToken: the token has ${token.length} characters, more than ${longest}; shorten the ids`,
    );
  }
  return token;
}

/**
 * Reads a token: what it allows, or why it does not.
 *
 * @param now Milliseconds since the epoch.
 */
export function readCallbackToken(
  keys: CallbackKeys,
  token: string,
  now: number,
): { target: Required<CallbackTarget> } | { refusal: TokenRefusal } {
  const { current, previous } = checkKeys(keys);
  if (token.length > longest) return { refusal: 'malformed' };
  const [kind, body, signature, ...more] = token.split('.');
  if (kind !== version || !body || !signature || more.length > 0) return { refusal: 'malformed' };
  const fields = fieldsOf(body);
  if (!fields) return { refusal: 'malformed' };
  const [namespace, workflowId, inbox, item, expiresAt, keyId] = fields;
  const key = [current, previous].find((one) => one?.id === keyId);
  if (!key) return { refusal: 'unknown key' };
  if (!isEqual(signature, sign(key, body))) return { refusal: 'wrong signature' };
  // Only now is anything of it to be believed.
  if (now >= expiresAt) return { refusal: 'expired' };
  return { target: { namespace, workflowId, inbox, item, expiresAt } };
}

type Fields = [namespace: string, workflowId: string, inbox: string, item: string, expiresAt: number, keyId: string];

function fieldsOf(body: string): Fields | undefined {
  try {
    const fields: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    if (!Array.isArray(fields) || fields.length !== 6) return undefined;
    const isField = (field: unknown, index: number) => typeof field === (index === 4 ? 'number' : 'string');
    return fields.every(isField) ? (fields as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function sign({ secret }: CallbackKey, body: string): string {
  return createHmac('sha256', secret).update(`${version}.${body}`).digest('base64url');
}

/** In constant time; lengths are no secret. */
function isEqual(given: string, right: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function checkKeys(keys: CallbackKeys): CallbackKeys {
  const { current, previous } = keys;
  for (const key of [current, ...(previous ? [previous] : [])]) {
    if (!key.id) throw new TypeError('A key for callback tokens needs an id');
    if (Buffer.from(key.secret).length < 32) {
      throw new TypeError(`The key '${key.id}' for callback tokens is shorter than 32 bytes`);
    }
  }
  if (current.id === previous?.id) throw new TypeError(`Both keys for callback tokens have the id '${current.id}'`);
  return keys;
}
