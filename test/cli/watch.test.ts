import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useFolder } from '../replay/support';
import { longhaul } from './run';

describe('longhaul watch', () => {
  const folder = useFolder();
  const wrong: [what: string, args: string[], message: RegExp][] = [
    ['an argument', ['order-2'], /takes no argument "order-2"/],
    ['--metrics without --follow', ['--metrics', '9090'], /--metrics goes with --follow/],
    ['a rate that is none', ['--rate', '0'], /--rate takes a whole number/],
    ['a hook that is missing', ['--hook', 'nope.js'], /--hook: nope\.js can't be loaded/],
    ['a hook that is no function', ['--hook', 'hook.cjs'], /the default export of hook\.cjs is no function/],
    ['a configuration that is malformed', ['--config', 'longhaul.config.ts'], /catalog\.order\.limits\.backlogAge/],
  ];
  for (const [what, args, message] of wrong) {
    it(`ends with 2 and one line at ${what}`, async () => {
      await writeFile(join(folder.path, 'hook.cjs'), 'module.exports = 1;');
      await writeFile(
        join(folder.path, 'longhaul.config.ts'),
        "export default { catalog: { order: { limits: { backlogAge: 'long' } } } };",
      );
      const { status, err } = await longhaul(['watch', ...args], folder.path);
      assert.match(err, message);
      assert.match(err, /^longhaul watch: [^\n]+\n$/);
      assert.equal(status, 2);
    });
  }
});
