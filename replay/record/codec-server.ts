import type { PayloadCodec } from '@temporalio/common';
import { makePayload, type Payload } from '../proto';
import { CodecError } from './decode-payloads';

export interface CodecServerOptions {
  /** Address to which `/decode` is added. */
  endpoint: string;
  namespace: string;
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>);
  /** Milliseconds for one request. @default 10_000 */
  timeoutMs?: number;
}

interface JsonPayload {
  metadata?: Record<string, string>;
  data?: string;
}

/** A codec that asks a codec server, as the Web UI and the `temporal` CLI do. It only decodes. */
export function codecServer(options: CodecServerOptions): PayloadCodec {
  const { endpoint, namespace, headers = {}, timeoutMs = 10_000 } = options;
  const url = `${endpoint.replace('{namespace}', namespace).replace(/\/$/, '')}/decode`;

  async function decode(payloads: Payload[]): Promise<Payload[]> {
    const own = typeof headers === 'function' ? await headers() : headers;
    let answer: Response;
    try {
      answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-namespace': namespace, ...own },
        body: JSON.stringify({ payloads: payloads.map(toJson) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      const { message, cause: inner } = cause as Error;
      throw new CodecError(
        `the codec server ${endpoint} can't be reached: ${(inner as Error | undefined)?.message ?? message}`,
        { cause },
      );
    }
    if (!answer.ok)
      throw new CodecError(`the codec server ${endpoint} answered ${answer.status} ${answer.statusText}`.trim());
    const body = (await answer.json().catch(() => undefined)) as { payloads?: JsonPayload[] } | undefined;
    if (!Array.isArray(body?.payloads)) throw new CodecError(`the codec server ${endpoint} answered no payloads`);
    return body.payloads.map(fromJson);
  }

  return {
    decode: decode,
    encode: () => Promise.reject(new CodecError('the codec server is only used to decode')),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return {
    metadata: Object.fromEntries(entries) as Record<string, string>,
    data: Buffer.from(data ?? []).toString('base64'),
  };
}

function fromJson({ metadata, data }: JsonPayload): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]);
  return makePayload({
    metadata: Object.fromEntries(entries) as Record<string, Buffer>,
    data: Buffer.from(data ?? '', 'base64'),
  });
}
