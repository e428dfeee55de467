import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { ConfigError, defineConfig, loadConfig } from 'longhaul/config';
import { useFolder } from '../replay/support';

describe('loadConfig', () => {
  const folder = useFolder();
  const write = async (name: string, text: string): Promise<void> => {
    const path = join(folder.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  };
  const load = (file?: string) => loadConfig({ cwd: folder.path, ...(file !== undefined && { file }) });

  const endings: [ending: string, text: string][] = [
    ['ts', `const taskQueue: string = 'q'; export default { taskQueue, workflowsPath: require.resolve('./flows') };`],
    [
      'mts',
      `import { join } from 'node:path'; export default { taskQueue: 'q' as string, workflowsPath: join(import.meta.dirname, 'flows.ts') };`,
    ],
    ['cts', `const config: object = { taskQueue: 'q', workflowsPath: './flows' }; export = config;`],
    ['js', `module.exports = { taskQueue: 'q', workflowsPath: './flows.js' };`],
    ['mjs', `export default { taskQueue: 'q', workflowsPath: new URL('./flows.ts', import.meta.url).href };`],
    ['cjs', `exports.default = { taskQueue: 'q', workflowsPath: __dirname + '/flows.ts' };`],
  ];
  for (const [ending, text] of endings) {
    it(`takes a longhaul.config.${ending}, with paths as its author writes them`, async () => {
      await write('flows.ts', '');
      await write(`longhaul.config.${ending}`, text);
      const { taskQueue, workflowsPath, histories, file } = await load();
      assert.equal(taskQueue, 'q');
      assert.equal(workflowsPath, join(folder.path, 'flows.ts'));
      assert.deepEqual(histories, [join(folder.path, 'replay-histories')]);
      assert.equal(file, join(folder.path, `longhaul.config.${ending}`));
    });
  }

  it('loads the TypeScript that it imports, and defineConfig itself', async () => {
    await write(
      'src/activities.ts',
      `enum Step { One = 'one' }\nexport async function ship(): Promise<Step> { return Step.One; }`,
    );
    await write(
      'longhaul.config.ts',
      `import { defineConfig } from '${require.resolve('longhaul/config')}';\nimport * as activities from './src/activities';\n` +
        `export default defineConfig({ activities, histories: ['a', 'b'], interceptors: { workflowModules: ['./src/around', 'npm-module'] },\n` +
        `  dataConverter: { payloadConverterPath: './src/converter' } });`,
    );
    const { activities, histories, interceptors, dataConverter } = await load();
    assert.equal(await (activities as { ship: () => Promise<string> }).ship(), 'one');
    assert.deepEqual(histories, [join(folder.path, 'a'), join(folder.path, 'b')]);
    assert.deepEqual(interceptors?.workflowModules, [join(folder.path, 'src/around'), 'npm-module']);
    assert.equal(dataConverter?.payloadConverterPath, join(folder.path, 'src/converter'));
  });

  it('imports by the paths of tsconfig.json, and a package that is there as itself', async () => {
    await write('tsconfig.base.json', `{ // shared\n"compilerOptions": { "paths": { "@/*": ["./src/*"] } }, }`);
    await write('tsconfig.json', `{ "extends": "./tsconfig.base.json" }`);
    await write('src/first.ts', 'export const first = 1;');
    await write('src/deep/ship.ts', `import { queue } from '@/queue.js';\nexport const ship = () => queue;`);
    await write('src/queue.ts', `export const queue = 'orders';`);
    await write(
      'longhaul.config.ts',
      `import './src/first';\nimport { ship } from '@/deep/ship';\nexport default { taskQueue: ship(), activities: { ship } };`,
    );
    const { taskQueue, sources } = await load();
    assert.equal(taskQueue, 'orders');
    assert.deepEqual(sources.map((file) => relative(folder.path, file)).sort(), [
      'longhaul.config.ts',
      'src/deep/ship.ts',
      'src/first.ts',
      'src/queue.ts',
    ]);
    await write('node_modules/queues/index.js', `module.exports = 'real';`);
    await write('types/queues.d.ts', `declare const queue: string;\nexport default queue;`);
    await write('tsconfig.json', `{ "compilerOptions": { "paths": { "queues": ["./types/queues.d.ts"] } } }`);
    await write('real.ts', `import queue from 'queues';\nexport default { taskQueue: queue };`);
    assert.equal((await load('real.ts')).taskQueue, 'real');
    await write('gone.ts', `import '@/gone';\nexport default {};`);
    await assert.rejects(load('gone.ts'), {
      message: "gone.ts can't be loaded: @/gone is not there; mend the path, or name it under paths in tsconfig.json.",
    });
    await write('tsconfig.json', `{ "extends": "./nowhere.json" }`);
    await assert.rejects(load('gone.ts'), {
      message: `gone.ts can't be loaded: its tsconfig.json is refused ("File './nowhere.json' not found."); mend that file.`,
    });
  });

  it('is found from a folder below, and not beyond the repository', async () => {
    await write('longhaul.config.js', `module.exports = { taskQueue: 'q' };`);
    await mkdir(join(folder.path, 'a/b'), { recursive: true });
    assert.equal((await loadConfig({ cwd: join(folder.path, 'a/b') })).taskQueue, 'q');
    await mkdir(join(folder.path, 'a/.git'));
    const none = await loadConfig({ cwd: join(folder.path, 'a/b') });
    assert.deepEqual(none, {
      folder: join(folder.path, 'a/b'),
      sources: [],
      histories: [join(folder.path, 'a/b/replay-histories')],
    });
  });

  const wrong: [what: string, config: string, message: RegExp][] = [
    [
      'an unknown field',
      `{ workflowPath: 'x' }`,
      /^longhaul\.config\.js: 'workflowPath' is no option; use workflowsPath\.$/,
    ],
    ['no object', `'x'`, /^longhaul\.config\.js: the options are 'x'; use \{ workflowsPath, /],
    [
      'a path that is none',
      `{ workflowsPath: 5 }`,
      /: workflowsPath is 5; use a path such as '\.\/src\/workflows\.ts'\.$/,
    ],
    ['an empty task queue', `{ taskQueue: '' }`, /: taskQueue is ''; use the name of a task queue\.$/],
    [
      'activities that are none',
      `{ activities: 'ship' }`,
      /: activities is 'ship'; use an object, or a function that returns one\.$/,
    ],
    [
      'a converter by another name',
      `{ dataConverter: { codecs: [] } }`,
      /: 'dataConverter\.codecs' is no option; use /,
    ],
    [
      'a codec that is not in a list',
      `{ dataConverter: { payloadCodecs: {} } }`,
      /: dataConverter\.payloadCodecs is an object; use a list of codecs/,
    ],
    ['a plugin that is not in a list', `{ plugins: {} }`, /: plugins is an object; use a list of plugins\.$/],
    [
      'a connection',
      `{ worker: { connection: {} } }`,
      /: worker\.connection is no option; set TEMPORAL_ADDRESS or a profile of temporal\.toml\.$/,
    ],
    [
      'a worker option of its own place',
      `{ worker: { taskQueue: 'q' } }`,
      /: worker\.taskQueue stands beside worker, not in it; use taskQueue\.$/,
    ],
    ['a port that is none', `{ health: { port: 'x' } }`, /: health\.port is 'x'; use a port from 0 to 65535\.$/],
    [
      'a codec server that is none',
      `{ codecServer: 'codec' }`,
      /: codecServer is 'codec'; use an address such as 'https:/,
    ],
    ['histories that are none', `{ histories: [''] }`, /: histories\[0\] is ''; use a folder\.$/],
    [
      'a drill target by name alone',
      `{ drillTargets: ['default'] }`,
      /: drillTargets\[0\] is 'default'; use \{ address, namespace \}\.$/,
    ],
    [
      'a drill target without address',
      `{ drillTargets: [{}] }`,
      /: drillTargets\[0\]\.address is null; use the server's address/,
    ],
    [
      'a duration that is none',
      `{ catalog: { order: { expectedMaxDuration: 'soon' } } }`,
      /: catalog\.order\.expectedMaxDuration is 'soon'; use milliseconds/,
    ],
    [
      'an entry that is none',
      `{ catalog: { order: 'payments' } }`,
      /: catalog\.order is 'payments'; use \{ expectedMaxDuration, /,
    ],
    [
      'a limit that is none',
      `{ catalog: { order: { limits: { historyEvents: 0 } } } }`,
      /: catalog\.order\.limits\.historyEvents is 0; use a whole number from 1\.$/,
    ],
    [
      'a waiver of nothing',
      `{ catalog: { order: { waivers: [{ area: 'all' }] } } }`,
      /: catalog\.order\.waivers\[0\]\.area is 'all'; use 'heartbeats', /,
    ],
    [
      'a waiver without end',
      `{ catalog: { order: { waivers: [{ area: 'signals', reason: 'r', owner: 'o' }] } } }`,
      /waivers\[0\]\.until is undefined; use the last day/,
    ],
  ];
  for (const [what, config, message] of wrong) {
    it(`refuses ${what} in one sentence`, async () => {
      await write('longhaul.config.js', `module.exports = ${config};`);
      await assert.rejects(load(), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }

  it('says why a file can not be loaded', async () => {
    const reject = (file: string | undefined, message: RegExp) =>
      assert.rejects(load(file), (error) => error instanceof ConfigError && message.test(error.message));
    await reject('none.ts', /^The configuration none\.ts does not exist\.$/);
    await reject('.', /^The folder \. has no longhaul\.config\.ts\.$/);
    await write('named.ts', `export const config = {};`);
    await reject('named.ts', /^named\.ts has no default export: begin with export default defineConfig/);
    await write('longhaul.config.ts', `import './missing';\nexport default {};`);
    await reject(undefined, /^longhaul\.config\.ts can't be loaded: \.\/missing is not there; mend the path\.$/);
    await write('longhaul.config.ts', `export default {`);
    await reject(
      undefined,
      /^longhaul\.config\.ts can't be loaded: Unexpected token at line 1, column 16; mend its syntax\.$/,
    );
    await write('longhaul.config.ts', `throw new Error('no key\\nat all');`);
    await reject(undefined, /^longhaul\.config\.ts can't be loaded: it throws "no key" while it loads; move/);
  });

  it('has types that know its fields', () => {
    // @ts-expect-error -- a misspelt field
    defineConfig({ workflowPath: './x' });
    // @ts-expect-error -- the SDK's own type lets this pass
    defineConfig({ catalog: { order: { expectedMaxDuration: {} } } });
    assert.equal(defineConfig({ taskQueue: 'q' }).taskQueue, 'q');
  });
});
