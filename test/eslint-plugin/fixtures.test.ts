import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import longhaul from 'eslint-plugin-longhaul';
import { lintProject, root } from './lint-project.js';

const fixtures = join(root, 'test/eslint-plugin/fixtures');

const rules: Readonly<Record<string, string>> = {
  clock: 'no-date-now',
  random: 'no-math-random',
  'clock-leak': 'no-wall-clock-leak',
  'time-zone': 'no-host-time-zone',
  locale: 'no-host-locale',
  engine: 'no-engine-dependent-value',
  io: 'no-io',
  timer: 'no-timer-globals',
  activity: 'no-activity-by-value',
  'dynamic-import': 'no-dynamic-import',
  'shared-state': 'no-shared-state',
  patch: 'patch-hygiene',
};

/** A fixture's files, and the reports that comments such as `// clock` or `// clock, io` at the ends of lines announce, or `// below: clock` above them. */
function read(name: string): { files: Record<string, string>; expected: string[] } {
  const files: Record<string, string> = {};
  const expected: string[] = [];
  for (const entry of readdirSync(join(fixtures, name), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const short = path.slice(join(fixtures, name).length + 1).replaceAll('\\', '/');
    const text = readFileSync(path, 'utf8');
    files[short] = text;
    for (const [i, line] of text.split('\n').entries()) {
      const below = /^ *\/\/ below: ([a-z, -]+)$/.exec(line)?.[1];
      for (const word of (below ?? /\/\/ ([a-z, -]+)$/.exec(line)?.[1])?.split(', ') ?? []) {
        const rule = rules[word] ?? (Object.hasOwn(longhaul.rules ?? {}, word) ? word : undefined);
        if (rule !== undefined) expected.push(`${short}:${i + (below === undefined ? 1 : 2)} ${rule}`);
      }
    }
  }
  return { files, expected: expected.sort() };
}

describe('a project of many files', () => {
  for (const name of readdirSync(fixtures)) {
    it(`has just the reports that its comments announce: ${name}`, async () => {
      const { files, expected } = read(name);
      const { reports } = await lintProject(files);
      assert.deepEqual(reports.map(({ at }) => at).sort(), expected);
    });
  }
});
