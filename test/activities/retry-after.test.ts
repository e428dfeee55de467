import assert from 'node:assert/strict';
import { createServer, get } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApplicationFailure } from '@temporalio/common';
import { isLonghaulFailure, nonRetryable, retryable, retryAfter } from 'longhaul/activities';

/** Answers with the status and the Retry-After that the path names. */
describe('retryAfter', () => {
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((request, response) => {
      const [, status, wait] = decodeURIComponent(request.url ?? '').split('/');
      response.writeHead(Number(status), wait === undefined ? {} : { 'Retry-After': wait }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  const inTwoSeconds = () => new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000).toUTCString();
  const cases: [path: () => string, nonRetryable: boolean, delayMs: [least: number, most: number] | undefined][] = [
    [() => '/429/7', false, [7_000, 7_000]],
    [() => `/503/${encodeURIComponent(inTwoSeconds())}`, false, [1_000, 3_000]],
    // By the retry policy: under 1 ms a server that goes on saying so would be asked without a pause.
    [() => '/429/0', false, undefined],
    [() => `/503/${encodeURIComponent('Mon, 01 Jan 2001 00:00:00 GMT')}`, false, undefined],
    [() => '/503/9999999', false, [86_400_000, 86_400_000]],
    [() => '/503/soon', false, undefined],
    [() => '/500', false, undefined],
    [() => '/408', false, undefined],
    [() => '/425', false, undefined],
    [() => '/400', true, undefined],
    [() => '/404/5', true, undefined],
    [() => '/409', true, undefined],
  ];
  for (const [path, isFinal, delay] of cases) {
    it(`reads ${path().split('%')[0] ?? ''} of fetch and of node:http alike`, async () => {
      const at = `${url}${path()}`;
      const answers = [await fetch(at), await new Promise<IncomingMessage>((resolve) => get(at, resolve))];
      for (const answer of answers) {
        const failure = retryAfter(answer);
        assert.ok(isLonghaulFailure(failure, 'LonghaulHttp'));
        assert.equal(failure.nonRetryable, isFinal, failure.message);
        const wait: unknown = isFinal ? undefined : failure.nextRetryDelay;
        if (delay) assert.ok(Number(wait) >= delay[0] && Number(wait) <= delay[1], `waits ${String(wait)}`);
        else assert.equal(wait ?? undefined, undefined);
        if (answer instanceof Response) await answer.arrayBuffer();
        else answer.resume();
      }
    });
  }

  it('tries a request without an answer again, and reads the answer in a thrown error', async () => {
    const refused: unknown = await fetch('http://127.0.0.1:1/').catch((error: unknown) => error);
    assert.ok(refused instanceof Error);
    assert.equal(retryAfter(refused).nonRetryable, false);
    const thrown = Object.assign(new Error('Request failed'), {
      response: { status: 429, headers: { 'Retry-After': '3' } },
    });
    assert.equal(retryAfter(thrown).nextRetryDelay, 3_000);
    assert.equal(retryAfter(Object.assign(new Error('not found'), { status: 404 })).nonRetryable, true);
    const own = ApplicationFailure.nonRetryable('mine');
    assert.equal(retryAfter(own), own);
  });
});

describe('retryable and nonRetryable', () => {
  it('keep what the error was, and say whether it is tried again', () => {
    class NoRow extends Error {
      override readonly name = 'NoRow';
    }
    const error = new NoRow('no row 7');
    for (const [failure, isFinal] of [
      [retryable(error), false],
      [nonRetryable(error), true],
    ] as const) {
      assert.deepEqual([failure.type, failure.message, failure.nonRetryable], ['NoRow', 'no row 7', isFinal]);
      assert.equal(failure.cause, error);
    }
    const before = ApplicationFailure.create({ type: 'Busy', message: 'busy', details: [1], nonRetryable: true });
    const turned = retryable(before);
    assert.deepEqual([turned.type, turned.message, turned.details, turned.nonRetryable], ['Busy', 'busy', [1], false]);
    assert.equal(nonRetryable('text').message, 'text');
  });
});
