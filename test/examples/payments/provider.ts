import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestProvider {
  readonly url: string;
  /** The keys of all charges that arrived, in order. */
  readonly asked: readonly string[];
  /** Receipts by key: what was really charged. */
  readonly charged: ReadonlyMap<string, string>;
  /** What the next charges are answered with, before the provider does its work. */
  answers: { status: number; retryAfter?: string }[];
  /** Lets no answer out until it is called. */
  holdAnswers(): () => void;
  stop(): Promise<void>;
}

/** A payment provider on a real HTTP server, which charges once for a key and answers again with the first receipt. */
export async function startProvider(): Promise<TestProvider> {
  const asked: string[] = [];
  const charged = new Map<string, string>();
  let held: Promise<void> = Promise.resolve();
  const provider = { answers: [] as TestProvider['answers'] };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const key = String(request.headers['idempotency-key']);
      asked.push(key);
      const answer = provider.answers.shift();
      if (answer) {
        response.writeHead(answer.status, answer.retryAfter ? { 'retry-after': answer.retryAfter } : {}).end();
        return;
      }
      const receipt = charged.get(key) ?? `receipt ${charged.size + 1}`;
      charged.set(key, receipt);
      void held.then(() =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ receipt })),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(provider, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    charged,
    holdAnswers() {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
