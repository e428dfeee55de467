import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cached } from '../../../testing/cached';

// Run by cached.test.ts, several at a time. The builder is a stand-in that notes each build.

const [cache = '', buildMs = '0'] = process.argv.slice(2);

void cached({
  cache,
  name: 'fake-1',
  log: (line) => console.log(line),
  ways: [
    {
      name: 'a stand-in',
      takes: 'no time',
      unavailable: () => undefined,
      async build({ into }) {
        await appendFile(join(cache, 'builds'), `${process.pid}\n`);
        process.send?.('building');
        await sleep(Number(buildMs));
        await writeFile(join(into, 'server'), 'whole');
      },
    },
  ],
}).then((result) => {
  process.exitCode = 'folder' in result ? 0 : 1;
  if (process.connected) process.disconnect();
});
