import assert from 'node:assert/strict';
import { acceptCallback, mintCallbackToken, readCallbackToken, receiveCallback } from 'longhaul/client';
import type { CallbackKeys, CallbackTarget } from 'longhaul/client';
import { callbackSignal } from 'longhaul/recipes';
import { useServer } from 'longhaul/testing';
import * as activities from '../recipes/activities';
import * as flows from '../recipes/workflows';

const key = (id: string) => ({ id, secret: `the secret of ${id}, and some more bytes` });
const keys: CallbackKeys = { current: key('new'), previous: key('old') };
const target: CallbackTarget = { namespace: 'default', workflowId: 'w', item: 'a', expiresAt: 1_000 };

describe('a callback token', () => {
  it('tells what it allows, by the current key and the one before', () => {
    for (const current of [key('new'), key('old')]) {
      assert.deepEqual(readCallbackToken(keys, mintCallbackToken({ current }, target), 999), {
        target: { ...target, inbox: callbackSignal.name },
      });
    }
  });

  it('is refused when it is not ours, changed, or over', () => {
    const good = mintCallbackToken(keys, target);
    const [kind = '', body = '', signature = ''] = good.split('.');
    const other = Buffer.from(JSON.stringify(['default', 'w2', 'longhaul.callback', 'a', 1_000, 'new'])).toString(
      'base64url',
    );
    const refusalOf = (token: string, now = 0) => (readCallbackToken(keys, token, now) as { refusal: string }).refusal;
    assert.equal(refusalOf(good, 1_000), 'expired');
    assert.equal(refusalOf(`${kind}.${other}.${signature}`), 'wrong signature');
    assert.equal(refusalOf(`${kind}.${body}.${signature.slice(0, -2)}`), 'wrong signature');
    assert.equal(
      refusalOf(mintCallbackToken({ current: { ...key('new'), secret: 'x'.repeat(32) } }, target)),
      'wrong signature',
    );
    assert.equal(refusalOf(mintCallbackToken({ current: key('older') }, target)), 'unknown key');
    for (const wrong of ['', 'lh1', 'lh1.e30.x', `lh2.${body}.${signature}`, `${good}.x`, 'x'.repeat(5_000)]) {
      assert.equal(refusalOf(wrong), 'malformed', wrong);
    }
  });

  it('is not minted with a weak key or a target that lacks a part', () => {
    assert.throws(() => mintCallbackToken({ current: { id: 'k', secret: 'short' } }, target), /shorter than 32 bytes/);
    assert.throws(
      () => mintCallbackToken({ current: key('a'), previous: key('a') }, target),
      /Both keys .* have the id 'a'/,
    );
    assert.throws(() => mintCallbackToken(keys, { ...target, item: '' }), /item is empty/);
    assert.throws(() => mintCallbackToken(keys, { ...target, expiresAt: Number.NaN }), /expiresAt is NaN/);
  });
});

describe('receiving a callback', () => {
  const server = useServer(require.resolve('../recipes/workflows'), { activities });
  const tokenFor = (workflowId: string, item = 'a', expiresAt = Date.now() + 60_000) =>
    mintCallbackToken(keys, { namespace: server.namespace, workflowId, item, expiresAt });
  const post = async (token: string | undefined, body: string, more: RequestInit & { maxBytes?: number } = {}) => {
    const { maxBytes, ...init } = more;
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const request = new Request('http://localhost/callback', { method: 'POST', headers, body, ...init });
    const parse = (payload: unknown) => {
      if (payload === 'refused') throw new TypeError('no such film');
      return payload;
    };
    const answer = await receiveCallback(request, {
      client: server.client,
      keys,
      parse,
      verify: (_request, bytes) => !new TextDecoder().decode(bytes).includes('forged'),
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
    const { accepted, reason } = (await answer.json()) as { accepted: boolean; reason: string };
    assert.equal(accepted, answer.status === 202);
    return `${answer.status} ${reason}`;
  };

  it('answers each case with its status, and uses the token up only for what is accepted', () =>
    server.run(flows.callsBack, [{ items: ['a'], timeout: 60_000 }], async (handle) => {
      const token = tokenFor(handle.workflowId);
      assert.equal(await post(undefined, '"A"'), '401 token missing');
      assert.equal(await post(`${token}x`, '"A"'), '401 token wrong signature');
      assert.equal(await post(token, '"forged"'), '401 the signature of the sender is wrong');
      assert.equal(await post(token, '{'), '400 the body is no JSON');
      assert.equal(await post(token, '"A"', { maxBytes: 2 }), '413 the body has more than 2 bytes');
      assert.equal(await post(token, '"refused"'), '422 no such film');
      assert.equal(await post(tokenFor(handle.workflowId, 'a', Date.now() - 1), '"A"'), '410 token expired');
      assert.equal(await post(tokenFor('no such workflow'), '"A"'), '404 no such workflow');
      const put = new Request('http://localhost/callback', { method: 'PUT' });
      assert.equal((await receiveCallback(put, { client: server.client, keys })).status, 405);
      const elsewhere = mintCallbackToken(keys, { ...target, namespace: 'elsewhere', expiresAt: Date.now() + 60_000 });
      const { status } = await acceptCallback(elsewhere, 'A', { client: server.client, keys });
      assert.equal(status, 404);
      assert.equal(await post(token, '"A"'), '202 accepted');
      assert.deepEqual((await handle.result()).outcomes, ['A via callback']);
      assert.equal(await post(token, '"A"'), '410 the workflow has ended');
    }));

  it('has the token from the query and text as it is', () =>
    server.run(flows.callsBack, [{ items: ['a'], timeout: 60_000 }], async (handle) => {
      const url = `http://localhost/callback?token=${tokenFor(handle.workflowId)}`;
      const request = new Request(url, { method: 'POST', body: 'plain', headers: { 'content-type': 'text/plain' } });
      assert.equal((await receiveCallback(request, { client: server.client, keys })).status, 202);
      assert.deepEqual((await handle.result()).outcomes, ['plain via callback']);
    }));
});
