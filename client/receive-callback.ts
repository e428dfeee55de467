import { ServiceError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { Callback } from '../workflows/recipes/callback-message';
import { readBody } from './read-body';
import { readCallbackToken } from './callback-token';
import type { CallbackKeys } from './callback-token';

export interface AcceptCallbackOptions {
  /** Connected to the namespace of the tokens. */
  client: Client;

  keys: CallbackKeys;

  /** Checks the payload before it uses up the token; what it returns is delivered. What it throws is answered with 422. */
  parse?: (payload: unknown) => unknown;

  /** @default Date.now */
  now?: () => number;
}

export interface ReceiveCallbackOptions extends AcceptCallbackOptions {
  /** Where the token is. @default the header `Authorization: Bearer …`, else the query parameter `token` */
  tokenOf?: (request: Request) => string | null;

  /** Checks the sender's own signature over the body, where it has one. @default the token is enough */
  verify?: (request: Request, body: Uint8Array) => boolean | Promise<boolean>;

  /** The largest body in bytes. @default 262_144 */
  maxBytes?: number;
}

/** What became of a callback. */
export interface CallbackReceipt {
  /** The HTTP status that says so. */
  status: 202 | 401 | 404 | 410 | 422 | 503;
  accepted: boolean;
  /** In a few words; for the sender, without a secret. */
  reason: string;
}

/**
 * Checks a callback's token and hands the payload to the workflow that the token names.
 *
 * @returns 202 once Temporal has it, a second time for the same item too (the inbox drops it); 401 for a token that is not ours, 404
 *   where there is no such workflow (yet), 410 where the token has expired or the workflow has ended, 422 for a payload that
 *   `parse` refuses, 503 where Temporal could not take it now: the sender is to try again.
 * @remarks Costs one Temporal Cloud action per accepted callback.
 */
export async function acceptCallback(
  token: string,
  payload: unknown,
  { client, keys, parse = (value) => value, now = () => Date.now() }: AcceptCallbackOptions,
): Promise<CallbackReceipt> {
  const read = readCallbackToken(keys, token, now());
  if ('refusal' in read) return refused(read.refusal === 'expired' ? 410 : 401, `token ${read.refusal}`);
  const { namespace, workflowId, inbox, item } = read.target;
  if (namespace !== client.options.namespace) return refused(404, 'no such workflow');
  let parsed: unknown;
  try {
    parsed = parse(payload);
  } catch (error) {
    return refused(422, error instanceof Error ? error.message : 'payload refused');
  }
  const handle = client.workflow.getHandle(workflowId);
  try {
    await handle.signal<[Callback]>(inbox, { item, payload: parsed });
    return { status: 202, accepted: true, reason: 'accepted' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return await gone();
    if (error instanceof ServiceError) return refused(503, 'try again');
    throw error;
  }

  /** The server answers a signal to an ended workflow and one to an unknown workflow alike. */
  async function gone(): Promise<CallbackReceipt> {
    try {
      await handle.describe();
      return refused(410, 'the workflow has ended');
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return refused(404, 'no such workflow');
      if (error instanceof ServiceError) return refused(503, 'try again');
      throw error;
    }
  }
}

const refused = (status: CallbackReceipt['status'], reason: string): CallbackReceipt => ({
  status,
  accepted: false,
  reason,
});

/**
 * `acceptCallback` for web-standard requests, as `fetch`-style servers and Node's frameworks give them.
 *
 * @param request A POST whose body is JSON, or text where its content type does not say JSON.
 * @returns a response with the receipt as JSON; beside its statuses 400 for a body that is no JSON, 405 for another method and 413 for
 *   a body that is too large.
 */
export async function receiveCallback(request: Request, options: ReceiveCallbackOptions): Promise<Response> {
  const { tokenOf = bearerOrQuery, verify = () => true, maxBytes = 262_144, ...accept } = options;
  if (request.method !== 'POST') return answer(405, 'send it with POST', { allow: 'POST' });
  const token = tokenOf(request);
  if (token === null) return answer(401, 'token missing', { 'www-authenticate': 'Bearer' });
  const body = await readBody(request, maxBytes);
  if (body === undefined) return answer(413, `the body has more than ${maxBytes} bytes`);
  if (!(await verify(request, body))) return answer(401, 'the signature of the sender is wrong');
  let payload: unknown = new TextDecoder().decode(body);
  if (/\bjson\b/i.test(request.headers.get('content-type') ?? 'application/json')) {
    try {
      payload = body.length === 0 ? null : JSON.parse(payload as string);
    } catch {
      return answer(400, 'the body is no JSON');
    }
  }
  const { status, reason } = await acceptCallback(token, payload, accept);
  return answer(status, reason, status === 503 ? { 'retry-after': '5' } : {});
}

function bearerOrQuery(request: Request): string | null {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  return bearer ?? new URL(request.url).searchParams.get('token');
}

function answer(status: number, reason: string, headers: Record<string, string> = {}): Response {
  const text = JSON.stringify({ accepted: status === 202, reason });
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } });
}
