import assert from 'node:assert/strict';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { json, source } from '../replay/support';
import type { DoctorReport } from '../../setup';
import { ConsumerProject } from './consumer-project';

const resolutions = {
  node16: { module: 'node16', moduleResolution: 'node16' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  // Deprecated, and still what many projects have. Under it alone the SDK's own declarations compile.
  node10: { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0', skipLibCheck: false },
};

describe('a project that installs the packed packages', function () {
  this.timeout(180_000);
  let project: ConsumerProject;

  before(async () => {
    project = await ConsumerProject.install();
    const imports = project.subpaths.map((subpath, index) => `import * as entry${index} from '${subpath}';`);
    const entries = project.subpaths.map((_, index) => `entry${index}`).join(', ');
    await project.write('entries.ts', `${imports.join('\n')}\nexport const entries: object[] = [${entries}];\n`);
  });

  after(() => project.remove());

  /** With a package that not all projects have, or see, taken away. */
  const without = async (name: string, then: () => Promise<void>): Promise<void> => {
    const at = join(project.folder, 'node_modules/@temporalio', name);
    const away = join(project.folder, 'away-' + name.replace('/', '-'));
    await rename(at, away);
    await then().finally(() => rename(away, at));
  };

  for (const [name, options] of Object.entries(resolutions)) {
    it(`compiles strictly with module resolution ${name}, without the types of an optional peer`, async () => {
      const compilerOptions = {
        target: 'es2022',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
        ...options,
      };
      await project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['entries.ts', 'queue.ts'] }));
      await without('testing', async () => assert.equal((await project.bin('tsc', '-p', '.')).output, ''));
    });
  }

  it('loads every entry with require', async () => {
    for (const subpath of project.subpaths) {
      const { status, output } = await project.node(
        '-e',
        `if (!Object.keys(require('${subpath}')).length) throw 'empty'`,
      );
      assert.equal(status, 0, `${subpath}: ${output}`);
    }
  });

  it('loads every entry with import, under the same names', async () => {
    for (const subpath of project.subpaths) {
      const script = `
        import { createRequire } from 'node:module';
        import * as entry from '${subpath}';
        const required = createRequire(process.cwd() + '/x.js')('${subpath}');
        // What is written with \`export =\` is whole as the default; all else has each name.
        const names = required.__esModule ? Object.keys(required) : ['default'];
        const missing = names.filter((name) => !(name in entry));
        if (missing.length) throw new Error('import lacks ' + missing);`;
      const { status, output } = await project.node('--input-type=module', '-e', script);
      assert.equal(status, 0, `${subpath}: ${output}`);
    }
  });

  it('has every command that the packages declare, with help', async () => {
    for (const { manifest } of project.tarballs) {
      for (const name of Object.keys(manifest.bin ?? {})) {
        const { status, stdout, output } = await project.bin(name, '--help');
        assert.equal(status, 0, output);
        assert.match(stdout, new RegExp(`^(Usage: )?${name}\\b`));
      }
    }
  });

  it("replays a history in the CLI's JSON, which the SDK's own reader does not take in a plain install", async () => {
    await project.write('recorded.ts', await readFile(source('recorded'), 'utf8'));
    await project.write('order.json', JSON.stringify(await json()));
    const { status, stdout, output } = await project.bin(
      'longhaul',
      'replay',
      'order.json',
      '--workflows',
      'recorded.ts',
    );
    assert.equal(status, 0, output);
    assert.match(stdout, /1 history: 1 passed/);
  });

  it('is told by the linter of a clock three calls away', async () => {
    await project.write('clock.ts', 'export const now = () => Date.now();\n');
    await project.write('tick.ts', "import { now } from './clock';\nexport const tick = () => now();\n");
    await project.write(
      'lint-me.ts',
      "import { sleep } from '@temporalio/workflow';\nimport { tick } from './tick';\n" +
        'export async function ticking() { await sleep(1); return tick(); }\n',
    );
    const include = { compilerOptions: { strict: true, module: 'node16' }, files: ['lint-me.ts'] };
    await project.write('tsconfig.json', JSON.stringify(include));
    const { status, output } = await project.bin('eslint', 'clock.ts', 'tick.ts', 'lint-me.ts');
    assert.equal(status, 1, output);
    assert.match(output, /clock\.ts[\s\S]*longhaul\/no-date-now/);
  });

  it('says which package of the SDK is missing, or can not be loaded', async () => {
    const missing: [name: string, command: string][] = [
      ['common', 'doctor'],
      ['client', 'inspect x'],
      ['client', 'watch'],
      ['envconfig', 'run x status'],
      ['worker', 'worker --task-queue q --workflows queue.ts'],
      ['worker', 'record'],
    ];
    for (const [name, command] of missing) {
      await without(name, async () => {
        const { status, output } = await project.bin('longhaul', ...command.split(' '), '--address', '127.0.0.1:1');
        const words = new RegExp(
          `^longhaul[a-z ]*: @temporalio/${name} is not installed: npm install @temporalio/${name}\n$`,
        );
        assert.match(output, words, `${command} without ${name}`);
        assert.equal(status, 2);
      });
    }
    const worker = ['worker', '--task-queue', 'q', '--workflows', 'queue.ts', '--address', '127.0.0.1:1'];
    await without('core-bridge/releases', async () => {
      const { status, output } = await project.bin('longhaul', ...worker);
      assert.match(
        output,
        /^longhaul worker: The SDK's native core can't be loaded here: No prebuilt [^\n]+\. longhaul doctor says why\.\n$/,
      );
      assert.equal(status, 3);
      await project.write('longhaul.config.cjs', "module.exports = { workflowsPath: './queue.ts' };");
      const { checks } = JSON.parse(
        (await project.bin('longhaul', 'doctor', '--offline', '--json')).stdout,
      ) as DoctorReport;
      const told = Object.fromEntries(checks.map(({ check, status: is }) => [check, is]));
      assert.deepEqual([told['native-core'], told['workflows']], ['problem', 'skipped']);
      await rm(join(project.folder, 'longhaul.config.cjs'));
    });
    await without('client', async () => {
      const { status, output } = await project.bin('longhaul', 'doctor', '--address', '127.0.0.1:1');
      assert.match(output, /The server can not be asked: @temporalio\/client is not installed/);
      assert.equal(status, 3);
    });
  });
});
