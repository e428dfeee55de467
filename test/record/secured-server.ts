import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import {
  connect,
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface SecuredServer {
  address: string;
  /** The certificate that a client must trust. */
  certificate: string;
  /** Names of the methods that came with a good key. */
  calls: string[];
  close: () => Promise<void>;
}

const [permissionDenied, unauthenticated] = [7, 16];

/**
 * A server as Temporal Cloud's: TLS with a certificate that is made here, and an API key for each call, before one that has neither.
 *
 * @param keys What each key may call.
 */
export async function secureServer(
  upstream: string,
  folder: string,
  keys: Readonly<Record<string, RegExp>>,
): Promise<SecuredServer> {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-out', certificate, '-keyout', key, ...subject],
    { stdio: 'ignore' },
  );
  const inner = connect(`http://${upstream}`);
  const calls: string[] = [];
  const server = createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key) });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => void sessions.add(session));
  server.on('stream', (stream, headers) => {
    const method = (headers[':path'] ?? '').split('/').at(-1) ?? '';
    const allowed = keys[(headers.authorization ?? '').replace('Bearer ', '')];
    if (!allowed?.test(method)) {
      if (allowed) refuse(stream, permissionDenied, `No permission for ${method}`);
      else refuse(stream, unauthenticated, 'Request unauthorized');
      return;
    }
    calls.push(method);
    const answer = inner.request({ ...headers, ':scheme': 'http', ':authority': upstream });
    stream.pipe(answer);
    answer.on('response', (answered) => {
      stream.respond(answered, { waitForTrailers: true });
      answer.pipe(stream);
    });
    let trailers: OutgoingHttpHeaders = {};
    answer.on('trailers', (sent: IncomingHttpHeaders) => void (trailers = sent));
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    for (const each of [stream, answer]) each.on('error', () => undefined);
  });
  await listen(server);
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    calls,
    close: async () => {
      inner.destroy();
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Http2SecureServer): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message },
    { endStream: true },
  );
}
