import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';

const encoding = Buffer.from('binary/encrypted');

/** AES-256-GCM over the whole payload, bound to the workflow or activity where `bound` says so. Counts what it decodes. */
export function aesCodec(keyHex: string, { bound = false } = {}): PayloadCodec & { decoded: number } {
  const key = Buffer.from(keyHex, 'hex');
  const aad = (context: unknown): Buffer =>
    Buffer.from(bound ? JSON.stringify(context, Object.keys(Object(context) as object).sort()) : '');
  return {
    decoded: 0,
    encode(payloads: Payload[], context?: unknown) {
      return Promise.resolve(
        payloads.map((payload) => {
          const iv = randomBytes(12);
          const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad(context));
          const plain = JSON.stringify({
            metadata: Object.fromEntries(
              Object.entries(payload.metadata ?? {}).map(([name, value]) => [
                name,
                Buffer.from(value).toString('base64'),
              ]),
            ),
            data: Buffer.from(payload.data ?? []).toString('base64'),
          });
          const data = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
          return { metadata: { encoding }, data };
        }),
      );
    },
    decode(payloads: Payload[], context?: unknown) {
      return Promise.resolve(
        payloads.map((payload) => {
          if (!payload.metadata?.encoding || Buffer.compare(payload.metadata.encoding, encoding) !== 0) return payload;
          this.decoded += 1;
          const data = Buffer.from(payload.data ?? []);
          const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, 12))
            .setAAD(aad(context))
            .setAuthTag(data.subarray(-16));
          const plain = Buffer.concat([decipher.update(data.subarray(12, -16)), decipher.final()]).toString();
          const inner = JSON.parse(plain) as { metadata: Record<string, string>; data: string };
          return {
            metadata: Object.fromEntries(
              Object.entries(inner.metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
            ),
            data: Buffer.from(inner.data, 'base64'),
          };
        }),
      );
    },
  };
}
