import assert from 'node:assert/strict';
import { pathKey, toBytes, toText } from '../../../../examples/inventory/files/path-text';

describe('toText and toBytes', () => {
  for (const text of ['plain.txt', 'ümläut 😀', 'back\\slash', '\\x', 'C:\\xyz', '\uFEFFbom', '']) {
    it(`leave ${JSON.stringify(text)} as it is`, () => {
      assert.equal(toText(Buffer.from(text)), text);
      assert.deepEqual(toBytes(text), Buffer.from(text));
    });
  }

  const escaped: [string, Buffer, string][] = [
    ['a newline', Buffer.from('a\nb'), 'a\\x0Ab'],
    ['a terminal escape', Buffer.from('\u001B[31m\u009B'), '\\x1B[31m\\xC2\\x9B'],
    ['a mark that reorders text', Buffer.from('\u202Egpj.exe'), '\\xE2\\x80\\xAEgpj.exe'],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0xff, 0xc3, 0x62]), 'a\\xFF\\xC3b'],
    ['a character cut short at the end', Buffer.from([0xf0, 0x9f, 0x98]), '\\xF0\\x9F\\x98'],
    ['what looks like an escape', Buffer.from('a\\x0Ab'), 'a\\x5Cx0Ab'],
    ['what looks like an escape beside a bad byte', Buffer.from('\\xFF\xff', 'latin1'), '\\x5CxFF\\xFF'],
    ['a backslash before an escape', Buffer.from('\\\n'), '\\\\x0A'],
  ];
  for (const [what, bytes, text] of escaped) {
    it(`escape ${what}, reversibly`, () => {
      assert.equal(toText(bytes), text);
      assert.deepEqual(toBytes(text), bytes);
    });
  }

  it('give back any bytes, and one printable line', () => {
    const alphabet = [...Buffer.from('\\x0A5C/é😀\n'), 0xff, 0xc3, 0xf0];
    let seed = 1;
    for (let round = 0; round < 20_000; round++) {
      const bytes = Buffer.from(
        Array.from({ length: round % 9 }, () => {
          seed = (seed * 48271) % 2147483647;
          return alphabet[seed % alphabet.length] ?? 0;
        }),
      );
      const text = toText(bytes);
      assert.deepEqual(toBytes(text), bytes);
      assert.doesNotMatch(text, /\p{Cc}/u);
      assert.equal(JSON.parse(JSON.stringify(text)), text);
    }
  });
});

describe('pathKey', () => {
  it('orders by bytes where UTF-16 does not', () => {
    const [replacement, emoji, byte] = ['\uFFFD', '😀', '\\xFF'];
    assert.ok(emoji < replacement);
    assert.ok(pathKey(replacement) < pathKey(emoji));
    assert.ok(pathKey(emoji) < pathKey(byte));
  });
});
