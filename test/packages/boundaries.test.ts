import assert from 'node:assert/strict';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { readManifest, repositoryRoot } from '../../scripts/support/manifest';
import { importsOf } from './imports';
import type { Import } from './imports';

const root = repositoryRoot();
const temporal = /^@temporalio\//;
const builtin = /^node:/;

/** What each folder may import besides its own files. */
const lines: Record<string, readonly RegExp[]> = {
  workflows: [/^@temporalio\/(workflow|common)$/, /^@temporalio\/common\/lib\//],
  activities: [
    /^@temporalio\/(activity|client|common)$/,
    /^@temporalio\/common\/lib\/time$/,
    builtin,
    /^workflows\/(failure|duration|options|recipes\/child-outcome)$/,
  ],
  client: [
    /^@temporalio\/(client|common)$/,
    /^@temporalio\/common\/lib\/time$/,
    builtin,
    /^config\/(make-folder|unless-aborted)$/,
    /^workflows\/(dead-letter-commands|duration|envelope|failure|options|recipes\/callback-message|status)$/,
  ],
  worker: [
    /^@temporalio\/(activity|client|common|envconfig|worker|workflow)(\/|$)/,
    builtin,
    /^(activities|workflows)\//,
  ],
  config: [temporal, builtin, /^jiti$/, /^workflows\/(duration|options)$/, /^(activities|worker)\//],
  replay: [temporal, builtin, /^config\/(lock|make-folder)$/],
  review: [temporal, builtin, /^(config|replay|testing)(\/|$)/, /^workflows\/duration$/],
  setup: [temporal, builtin, /^(config|replay|worker)(\/|$)/],
  testing: [
    temporal,
    builtin,
    /^config\/(lock|make-folder|package-manager)$/,
    /^client\/watch\/task-failure$/,
    /^(activities|workflows|worker|replay)(\/|$)/,
  ],
  cli: [
    temporal,
    builtin,
    /^eslint-plugin-longhaul(\/|$)/,
    /^jiti$/,
    /^(activities|client|config|workflows|worker|replay|review|setup|testing)(\/|$)/,
  ],
  examples: [temporal, builtin, /^longhaul\/\w+$/, /^(vitest|@jest\/globals)$/],
  'eslint-plugin': [builtin, /^(eslint|typescript|typescript-eslint|@typescript-eslint\/[\w-]+)(\/|$)/],
};
/** Types that the compiler takes out; the packages are there wherever `@temporalio/worker` is. */
const typesFrom = ['@temporalio/proto'];

describe('the boundaries between folders', () => {
  for (const entry of shippedFolders()) {
    it(`has a line for ${entry}/, which is published`, () => assert.ok(lines[entry]));
  }

  for (const [folder, allowed] of Object.entries(lines)) {
    it(`keeps ${folder}/ to its line`, () => {
      const imports = importsOf(root, folder);
      assert.ok(imports.length);
      const outside = imports.filter(
        ({ target }) => !target.startsWith(`${folder}/`) && !allowed.some((pattern) => pattern.test(target)),
      );
      assert.deepEqual(outside.map(show), []);
    });
  }

  for (const folder of [...shippedFolders(), 'eslint-plugin']) {
    it(`lets ${folder}/ load only packages that its users have`, () => {
      const { name, dependencies, peerDependencies } = readManifest(
        folder === 'eslint-plugin' ? join(root, folder) : root,
      );
      const declared = new Set([name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
      const undeclared = importsOf(root, folder).filter(
        ({ target, typeOnly }) =>
          !isFile(target) &&
          !isBuiltin(target) &&
          !declared.has(packageOf(target)) &&
          !(typeOnly && typesFrom.includes(target)),
      );
      assert.deepEqual(undeclared.map(show), []);
    });
  }
});

function shippedFolders(): string[] {
  return readManifest(root)
    .files.filter((path) => path.startsWith('dist/'))
    .map((path) => path.slice('dist/'.length));
}

const isFile = (target: string): boolean =>
  Object.keys(lines).some((folder) => target === folder || target.startsWith(`${folder}/`));

const packageOf = (target: string): string => target.split('/', target.startsWith('@') ? 2 : 1).join('/');

const show = ({ file, target }: Import): string => `${file} imports ${target}`;
