import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InspectReport } from '../../replay';
import { fixtures, useFolder } from '../replay/support';
import { longhaul } from './run';
import { assertSchema } from './schema';

describe('longhaul inspect', () => {
  const folder = useFolder();
  const waiting = join(fixtures, 'order-waiting-sdk1.24.0.bin.gz');

  it('shows a file for people, and ends with 0', async () => {
    const { status, out, err } = await longhaul(['inspect', waiting, '--payloads']);
    assert.equal(err, '');
    assert.equal(status, 0);
    for (const line of [
      /^order order-2$/m,
      /^Waiting on\n {2}timer 2/m,
      /chargeCard +1 +0/,
      /in {2}order-2/,
      /^Forecast$/m,
    ])
      assert.match(out, line);
  });

  it('prints a folder as one JSON object of the published schema', async () => {
    const { status, out } = await longhaul(['inspect', fixtures, '--json', '--payloads']);
    assert.equal(status, 0);
    await assertSchema('inspect', out);
    assert.equal((JSON.parse(out) as InspectReport).runs.length, 5);
  });

  it('ends with 1 when a history can’t be read, and shows the others', async () => {
    const cut = (await readFile(waiting)).subarray(0, 100);
    await writeFile(join(folder.path, 'cut.bin.gz'), cut);
    await writeFile(join(folder.path, 'sound.bin.gz'), await readFile(waiting));
    const { status, out } = await longhaul(['inspect', '.'], folder.path);
    assert.equal(status, 1);
    assert.match(out, /cut\.bin\.gz could not be read: It cannot be unzipped/);
    assert.match(out, /^order order-2|^order sound/m);
  });

  it('writes one page that needs no network, and lets no text of a history become markup', async () => {
    const { status } = await longhaul(['inspect', fixtures, '--html', 'page.html'], folder.path);
    assert.equal(status, 0);
    const page = await readFile(join(folder.path, 'page.html'), 'utf8');
    assert.match(page, /<svg/);
    assert.match(page, /name="viewport"/);
    assert.match(page, /@media print/);
    assert.doesNotMatch(page, /https?:|<script|<link(?! rel="icon" href="data:,")|url\(/);
    const { html } = await import('../../cli/render/page.js');
    assert.equal(html('<b>&"\''), '&#60;b&#62;&#38;&#34;&#39;');
    assert.equal(html('a\u202eb'), 'a\\u202eb');
  });

  it('lets no word of others steer the terminal, or read from the other side', async () => {
    const id = 'a\u001b[2J\u001b]0;x\u0007\u202eb';
    await writeFile(join(folder.path, 'longhaul.config.cjs'), `console.log('printed'); throw ${JSON.stringify(id)};`);
    const { out, err } = await longhaul(['inspect', id], folder.path);
    assert.doesNotMatch(err, /[\0-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    assert.match(err, /a\\u001b\[2J/);
    assert.equal(out, '', 'what the project itself prints is no result');
    const { harmless } = await import('../../cli/render/harmless.js');
    assert.equal(harmless('\u001b[31mred\u001b[8m \tü\n'), 'red \tü\n');
    assert.equal(harmless('\u001b[31mred\u001b[0m\u0007', { colours: true }), '\u001b[31mred\u001b[0m\\u0007');
    assert.deepEqual(JSON.parse(harmless(JSON.stringify({ id }))), { id });
  });

  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['nothing to inspect', [], /name a workflow id, a history file or a folder/],
    ['a file that is missing', ['nowhere.bin.gz'], /nowhere\.bin\.gz does not exist/],
    ['a folder without histories', ['.'], /holds no history/],
    ['a number that is none', ['.', '--runs', 'x'], /--runs takes a whole number/],
    ['an unknown option', ['.', '--payload'], /--payload/],
    ['a configuration that is missing', ['.', '--config', 'nope.ts'], /nope\.ts does not exist/],
    ['--replay without workflows', ['.', '--replay'], /--replay needs --workflows/],
    ['--run-id without a workflow', ['.', '--run-id', 'x'], /--run-id goes with one workflow id/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      const { status, err } = await longhaul(['inspect', ...args], folder.path);
      assert.match(err, message);
      assert.match(err, /^longhaul inspect: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  }

  it('ends with 3 and one line where no server answers', async () => {
    const { status, err } = await longhaul(['inspect', 'order-2', '--address', '127.0.0.1:1'], folder.path);
    assert.equal(status, 3);
    assert.match(err, /^longhaul inspect: Could not connect[^\n]+\n$/);
  });
});
