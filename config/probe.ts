import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionSettings } from './connect';

/**
 * Asks what is wrong with a server that did not answer in time: gRPC waits as long for one whose certificate it does not trust, or
 * which wants TLS, as for one that is not there.
 *
 * @returns What to say of it and to do; undefined where nothing listens, or all looks well.
 */
export async function probe(
  { address, options }: Pick<ConnectionSettings, 'address' | 'options'>,
  timeoutMs = 2_000,
): Promise<string | undefined> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const at = { host, port: Number(port) };
  if (port === '' || at.port > 65_535) return undefined;
  const { tls } = options;
  if (!tls && !options.apiKey) {
    const speaks = await attempt(connectTls({ ...at, rejectUnauthorized: false }), 'secureConnect', timeoutMs);
    return speaks === '' ? `${address} wants TLS: set TEMPORAL_TLS=true, or TEMPORAL_API_KEY` : undefined;
  }
  const {
    serverRootCACertificate: ca,
    serverNameOverride,
    clientCertPair,
  } = typeof tls === 'object' ? (tls ?? {}) : {};
  const error = await attempt(
    connectTls({
      ...at,
      servername: serverNameOverride ?? (/[a-z]/i.test(host) ? host : ''),
      ...(ca && { ca: Buffer.from(ca) }),
      ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
    }),
    'secureConnect',
    timeoutMs,
  );
  if (error === '') return undefined;
  if ((await attempt(connectPlain(at), 'connect', timeoutMs)) !== '') return undefined;
  return `the TLS connection to ${address} fails (${error}): set TEMPORAL_TLS_SERVER_CA_CERT_PATH to what vouches for its certificate, or TEMPORAL_TLS=false if it has none`;
}

/** @returns An empty text where it came about, else why not. */
function attempt(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<string> {
  return new Promise<string>((resolve) => {
    socket.setTimeout(timeoutMs, () => resolve('it does not answer'));
    socket.once(event, () => resolve('')).once('error', ({ message }) => resolve(message.split('\n')[0] ?? ''));
  }).finally(() => socket.destroy());
}
