import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from 'eslint-plugin-longhaul/cli';
import { root, withProject } from './lint-project.js';
import { workflow } from './workflow-source.js';

interface Run {
  status: number;
  out: string;
  err: string;
  folder: string;
}

interface LintJson {
  roots: string[];
  summary: object;
  findings: { file: string; chain: object[] }[];
}

/** Runs the command in a project of the given files. */
function run(
  argv: readonly string[],
  files: Readonly<Record<string, string>>,
  then: (run: Run) => void = () => undefined,
): Promise<Run> {
  return withProject(files, {}, async (folder) => {
    const out: string[] = [];
    const err: string[] = [];
    const status = await main(argv, { out: (line) => out.push(line), err: (line) => err.push(line), cwd: folder });
    const result = { status, out: out.join('\n'), err: err.join('\n'), folder };
    then(result);
    return result;
  });
}

const dirty = {
  'src/workflows.ts': workflow('return stamp();', `import { stamp } from './stamp.js';`),
  'src/stamp.ts': 'export const stamp = () => Date.now();',
};

describe('longhaul-lint', () => {
  it('prints findings to stdout, what it looked at to stderr, and ends with 1', async () => {
    const { status, out, err } = await run([], dirty);
    assert.equal(status, 1);
    assert.match(out, /^src\/stamp\.ts:1:28 no-date-now\n {2}Workflow 'order' reads the time/);
    assert.match(
      err,
      /Workflow modules: src\/workflows\.ts\nLinted 2 files; workflows reach 2 files and \d+ functions\.\n1 finding\./,
    );
  });

  it('ends with 0 where all is well', async () => {
    const { status, out } = await run(['src'], { 'src/workflows.ts': workflow('return 5;') });
    assert.deepEqual([status, out], [0, '']);
  });

  it('lints a folder of the sources that has the name of one for output, and no output', async () => {
    const { out, err } = await run([], {
      'src/workflows.ts': workflow('return stamp();', `import { stamp } from './build/stamp.js';`),
      'src/build/stamp.ts': dirty['src/stamp.ts'],
      'build/old.ts': dirty['src/stamp.ts'],
      'dist/src/build/stamp.ts': dirty['src/stamp.ts'],
    });
    assert.match(out, /^src\/build\/stamp\.ts:1:28 no-date-now\n/);
    assert.match(err, /Linted 2 files;/);
  });

  it('keeps no project that it has read, where a program calls it again and again', async () => {
    // The programs hold the text of their files.
    const script = `
      const { readFileSync, writeFileSync } = require('node:fs');
      const { main } = require(${JSON.stringify(join(root, 'eslint-plugin/dist/cli/main.js'))});
      const io = { out() {}, err() {}, cwd: process.cwd() };
      const source = readFileSync('src/workflows.ts', 'utf8');
      const heaps = [];
      void (async () => {
        for (let turn = 0; turn < 3; turn += 1) {
          writeFileSync('src/workflows.ts', source + '// ' + String(turn).repeat(8_000_000));
          await main([], io);
          gc();
          heaps.push(process.memoryUsage().heapUsed);
        }
        console.log(JSON.stringify(heaps));
      })();`;
    await run([], dirty, ({ folder }) => {
      const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '-e', script], {
        cwd: folder,
        encoding: 'utf8',
      });
      const [first = 0, , third = 0] = JSON.parse(stdout || '[]') as number[];
      assert.ok(first > 0 && third < first + 8_000_000, `${stdout} ${stderr}`);
    });
  });

  it('lints a repository whose projects do not fit into memory together', async () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => `packages/${name}`);
    const project = {
      // TypeScript shares no parsed file among projects that have paths: each takes 100 MB.
      compilerOptions: {
        module: 'node16',
        strict: true,
        types: [],
        skipLibCheck: true,
        paths: { '@lib/*': ['./src/*'] },
      },
    };
    const files = names.flatMap((name) => [
      [`${name}/tsconfig.json`, JSON.stringify(project)],
      ...Object.entries(dirty).map(([path, text]) => [`${name}/${path}`, text]),
    ]);
    await run(['--help'], Object.fromEntries(files) as Record<string, string>, ({ folder }) => {
      const bin = join(root, 'eslint-plugin/dist/cli/bin.js');
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--max-old-space-size=450', bin, '--json', 'packages'],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(status, 1, stderr);
      const { roots, summary, findings } = JSON.parse(stdout) as LintJson;
      assert.deepEqual(
        roots,
        names.map((name) => `${name}/src/workflows.ts`),
      );
      assert.deepEqual(summary, { files: 8, reached: 8, functions: 16, findings: 4, fixed: 0 });
      assert.deepEqual(
        findings.map(({ file, chain }) => [file, chain.length]),
        names.map((name) => [`${name}/src/stamp.ts`, 3]),
      );
    });
  });

  it('prints one JSON object with the chain', async () => {
    const { status, out } = await run(['--json'], dirty);
    const result = JSON.parse(out) as { findings: { message: string }[] };
    assert.equal(status, 1);
    assert.match(result.findings[0]?.message ?? '', /^Workflow 'order'/);
    assert.deepEqual(result, {
      schema: 'longhaul.lint/1',
      ok: false,
      roots: ['src/workflows.ts'],
      summary: { files: 2, reached: 2, functions: 4, findings: 1, fixed: 0 },
      baseline: { known: 0, accepted: [], stale: [] },
      findings: [
        {
          rule: 'no-date-now',
          file: 'src/stamp.ts',
          line: 1,
          column: 28,
          message: result.findings[0]?.message,
          chain: [
            { name: 'order', file: 'src/workflows.ts', line: 3 },
            { name: 'stamp', file: 'src/stamp.ts', line: 1 },
            { name: 'Date.now()', file: 'src/stamp.ts', line: 1 },
          ],
        },
      ],
      unknown: [],
    });
  });

  it('fixes', async () => {
    const { status, err } = await run(['--fix'], dirty, ({ folder }) => {
      assert.match(readFileSync(join(folder, 'src/stamp.ts'), 'utf8'), /workflowNow\(\)/);
    });
    assert.equal(status, 0);
    assert.match(err, /Fixed 1 file\./);
  });

  it('takes types from the project it is told', async () => {
    const { status } = await run(['--config-project', 'tsconfig.json', 'src'], dirty);
    assert.equal(status, 1);
  });

  it('takes no video stream for a source', async () => {
    const { status, err } = await run([], {
      ...dirty,
      'src/clip.ts': 'G@\0\x11\0\0',
      'src/pointer.ts': 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
    });
    assert.equal(status, 1);
    assert.match(err, /Linted 2 files.*\n1 finding\./);
  });

  it('leaves what does not parse to the compiler, unless workflows reach it', async () => {
    const { out } = await run([], { ...dirty, 'src/site.ts': `headers.set('a': 'b');` });
    assert.doesNotMatch(out, /parse-error/);
    const { out: reached } = await run([], { ...dirty, 'src/stamp.ts': `export const stamp = () => a(b: 1);` });
    assert.match(reached, /^src\/stamp\.ts:1:\d+ parse-error/);
  });

  it('warns of a forgotten .eslintignore once, also where a file has no types', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.name);
    process.on('warning', note);
    try {
      const { err } = await run([], {
        ...dirty,
        '.eslintignore': 'dist',
        'tsconfig.json': JSON.stringify({ compilerOptions: { module: 'node16', types: [] }, include: ['src'] }),
        'alone.ts': workflow('return Date.now();'),
      });
      await new Promise(setImmediate);
      assert.match(err, /Linted 3 files.*\n2 findings\./);
      assert.deepEqual(warnings, ['ESLintIgnoreWarning']);
    } finally {
      process.off('warning', note);
    }
  });

  it('says so where it finds no workflow', async () => {
    const { status, err } = await run(['src'], { 'src/a.ts': 'export const a = Date.now();' });
    assert.equal(status, 2);
    assert.match(err, /no workflow was found in src \(1 file\)/);
  });

  const wrong: readonly [argv: string[], line: RegExp][] = [
    [['--nope'], /^longhaul-lint: Unknown option '--nope'\. See --help\.$/],
    [
      ['--max-unkown', '0'],
      /^longhaul-lint: Unknown option '--max-unkown': did you mean --max-unknown\? See --help\.$/,
    ],
    [['nowhere'], /^longhaul-lint: there is no file or folder nowhere\. See --help\.$/],
    [
      ['--config-project', 'nowhere.json'],
      /^longhaul-lint: --config-project: there is no file nowhere\.json\. See --help\.$/,
    ],
    [['--config-project'], /^longhaul-lint: Option '--config-project <value>' argument missing\. See --help\.$/],
    [['--json', '--sarif'], /^longhaul-lint: --json and --sarif each print something else: choose one\. See --help\.$/],
    [['--baseline', '--since', 'main'], /^longhaul-lint: --baseline accepts all .* choose one\. See --help\.$/],
    [['--since', 'main'], /^longhaul-lint: --since: the folder is no git repository\. See --help\.$/],
    [['--json=yes'], /^longhaul-lint: Option '--json' does not take an argument\. See --help\.$/],
  ];
  for (const [argv, line] of wrong) {
    it(`says in one line what is wrong with ${argv.join(' ')}`, async () => {
      const { status, out, err } = await run(argv, dirty);
      assert.deepEqual([status, out], [2, '']);
      assert.match(err, line);
    });
  }

  it('explains itself', async () => {
    const { status, out } = await run(['--help'], {});
    assert.equal(status, 0);
    for (const flag of ['--config-project', '--fix', '--json', '--sarif', '--baseline', '--since', '--summary'])
      assert.ok(out.includes(flag));
  });

  it('knows longhaul itself, from its compiled packages too', async () => {
    const { status, err } = await run(['--max-unknown', '0'], {
      'src/workflows.ts': `import { sleep } from '@temporalio/workflow';\nimport { inbox, longRunning } from 'longhaul/workflows';\nimport { poll } from 'longhaul/recipes';\nexport const queue = longRunning('queue', { inboxes: { a: inbox(null as never) } } as never, async (run) => {\n  await sleep(1);\n  await poll(run as never, null as never);\n});`,
      'node_modules/longhaul/package.json': JSON.stringify({
        name: 'longhaul',
        exports: { './workflows': { types: './workflows.d.ts' }, './recipes': { types: './recipes.d.ts' } },
      }),
      'node_modules/longhaul/workflows.d.ts':
        'export declare function inbox(of: never): object;\nexport declare function longRunning(name: string, of: never, body: (run: object) => Promise<void>): () => Promise<void>;',
      'node_modules/longhaul/recipes.d.ts': 'export declare function poll(run: never, of: never): Promise<void>;',
    });
    assert.equal(status, 0, err);
  });

  it('lists the functions at which workflow code was lost, and --max-unknown fails on them', async () => {
    const imports = `import { mystery } from 'mystery'; import { z } from 'zod';`;
    const files = { 'src/workflows.ts': workflow('return [mystery(1), mystery(2), z.string()];', imports) };
    const { status, err } = await run(['--max-unknown', '0'], files);
    assert.equal(status, 1);
    assert.match(
      err,
      /nothing is known of 1 function of packages:\n {2}mystery#mystery \(src\/workflows\.ts:5 and 1 more\)/,
    );
    assert.equal((await run(['--max-unknown', '1'], files)).status, 0);
    assert.equal((await run(['--max-unknown', 'x'], files)).status, 2);
  });
});
