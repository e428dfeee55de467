import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from 'longhaul/testing';
import { freePort } from '../../testing/free-port';
import { useFolder } from '../replay/support';
import { bin, longhaul } from './run';
import { assertSchema } from './schema';

describe('longhaul watch', function () {
  this.timeout(60_000);
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

  it('begins in an outage of the server, and tells Prometheus as soon as that is over', async () => {
    const [port, metrics] = [await freePort(), await freePort()];
    const words = [
      '--follow',
      '--json',
      '--every',
      '200ms',
      '--address',
      `127.0.0.1:${port}`,
      '--metrics',
      `${metrics}`,
    ];
    const child = spawn(process.execPath, [bin, 'watch', ...words], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close');
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
    const server = await until(() => /asked again and again/.test(err)).then(() =>
      startServer({ port, reuse: false, log: () => undefined }),
    );
    try {
      let text = '';
      await until(async () => {
        text = await fetch(`http://127.0.0.1:${metrics}/metrics`).then((answer) => (answer.ok ? answer.text() : ''));
        return text !== '';
      });
      const line =
        /^(?:# HELP [a-z_]+ .+|# TYPE [a-z_]+ (?:gauge|counter)|[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*\} (?:[\d.e+-]+|NaN))$/;
      assert.deepEqual(
        text
          .trimEnd()
          .split('\n')
          .filter((one) => !line.test(one)),
        [],
      );
      const refused = await longhaul(
        ['watch', '--follow', '--address', server.address, '--namespace', 'none'],
        folder.path,
      );
      assert.match(refused.err, /^longhaul watch: Could not watch none: \S+ has no namespace none\.\n$/);
      assert.equal(refused.status, 3);
      child.kill('SIGINT');
      assert.deepEqual(await ended, [0, null]);
      assert.match(err, /^longhaul watch: Could not connect to .* It is asked again and again\.\n/);
      for (const event of out.trim().split('\n').filter(Boolean)) await assertSchema('watch-event', event);
    } finally {
      child.kill('SIGKILL');
      await server.stop();
    }
  });
});

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await sleep(50);
}
