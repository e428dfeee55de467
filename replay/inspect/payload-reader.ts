import type { DataConverter, LoadedDataConverter, Payload } from '@temporalio/common';
import { decode, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';

/** How payloads are read. */
export interface PayloadReaderOptions {
  /** The one that the workflow's client and workers have. @default JSON and bytes, without a codec */
  dataConverter?: DataConverter;
  /** A codec server, such as `https://codec.example.com`, asked where there is no codec; its `/decode` is posted to. */
  codecServer?: { endpoint: string; headers?: Readonly<Record<string, string>> };
  /** Sent with each request to the codec server. */
  namespace?: string;
}

/** What stands for a payload that could not be read. */
export interface Unread {
  unread: string;
}

/** Reads payloads through the user's own codec; what it can't read it says, and never throws. */
export class PayloadReader {
  private readonly converter: LoadedDataConverter;

  constructor(private readonly options: PayloadReaderOptions = {}) {
    this.converter = loadDataConverter(options.dataConverter);
  }

  async all(payloads: readonly Payload[] | null | undefined): Promise<unknown[]> {
    return Promise.all((payloads ?? []).map((payload) => this.one(payload)));
  }

  async one(payload: Payload | null | undefined): Promise<unknown> {
    if (!payload) return undefined;
    try {
      return this.converter.payloadConverter.fromPayload(await this.decoded(payload));
    } catch (error) {
      const encoding = Buffer.from(payload.metadata?.encoding ?? []).toString();
      const why = error instanceof Error ? error.message : String(error);
      return { unread: `${payload.data?.length ?? 0} bytes of ${encoding || 'no encoding'}: ${why}` } satisfies Unread;
    }
  }

  /** The JSON text of a payload, or undefined where it holds none. */
  async json(payload: Payload | null | undefined): Promise<unknown> {
    const value = await this.one(payload);
    return typeof value === 'object' && value !== null && 'unread' in value ? undefined : value;
  }

  private async decoded(payload: Payload): Promise<Payload> {
    const { payloadCodecs } = this.converter;
    if (payloadCodecs.length > 0) return (await decode(payloadCodecs, [payload]))[0] as Payload;
    return this.options.codecServer === undefined ? payload : this.remotely(payload, this.options.codecServer);
  }

  private async remotely(
    payload: Payload,
    { endpoint, headers }: NonNullable<PayloadReaderOptions['codecServer']>,
  ): Promise<Payload> {
    const { namespace } = this.options;
    const url = endpoint.replace('{namespace}', namespace ?? 'default').replace(/\/$/, '');
    const response = await fetch(`${url}/decode`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(namespace === undefined ? {} : { 'x-namespace': namespace }),
        ...headers,
      },
      body: JSON.stringify({ payloads: [toWire(payload)] }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`the codec server answered ${response.status}`);
    const { payloads } = (await response.json()) as { payloads: WirePayload[] };
    const [first] = payloads;
    if (!first) throw new Error('the codec server answered without a payload');
    return fromWire(first);
  }
}

interface WirePayload {
  metadata?: Record<string, string>;
  data?: string;
}

function toWire({ metadata, data }: Payload): WirePayload {
  const encoded = Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    metadata: Object.fromEntries(encoded) as Record<string, string>,
    data: Buffer.from(data ?? []).toString('base64'),
  };
}

function fromWire({ metadata = {}, data = '' }: WirePayload): Payload {
  const decoded = Object.entries(metadata).map(([key, value]) => [key, Buffer.from(value, 'base64')]);
  return { metadata: Object.fromEntries(decoded) as Record<string, Uint8Array>, data: Buffer.from(data, 'base64') };
}
