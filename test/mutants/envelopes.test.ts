import assert from 'node:assert/strict';
import { PROTOCOL, readEnvelope } from '../../workflows/envelope';
import { migrateState } from '../../workflows/state';

describe('what a run is handed', () => {
  it('is refused where it is no envelope', () => {
    for (const second of ['text', 7, {}, { longhaul: 'other', protocol: 1 }]) {
      assert.throws(() => readEnvelope('orders', second), /no longhaul envelope/);
    }
  });

  it('is refused where a newer protocol wrote it', () => {
    assert.throws(() => readEnvelope('orders', { longhaul: 'envelope', protocol: PROTOCOL + 1 }), /newer longhaul/);
  });

  it('is refused where its state is newer', () => {
    const known = { version: 2, initial: () => ({}) };
    assert.throws(() => migrateState('orders', { version: 3, value: {} }, known), /knows up to 2/);
  });
});
