import { readManifest, repositoryRoot } from '../support/manifest';
import type { Tarball } from '../release/pack';

/** One way in which users install packages. */
export interface Install {
  name: string;
  what: string;
  command: readonly [string, ...string[]];
  /** Runs a command of an installed package. */
  run: readonly [string, ...string[]];
  env: Record<string, string>;
  files: Record<string, string>;
  manifest: (tarballs: readonly Tarball[]) => object;
  /** Packages that are there more than once, in several majors: what a project of users may well have. */
  twice?: string;
}

const npx = ['npx', '--yes'] as const;
const pnpm = [...npx, '--package', 'pnpm@10', 'pnpm'] as const;
const yarn = [...npx, '--package', '@yarnpkg/cli-dist@4', 'yarn'] as const;
const yarnEnv = {
  // Otherwise Yarn takes a run in CI for one with a lock file, and a yarn that the repository above names for its own.
  YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
  YARN_IGNORE_PATH: '1',
  YARN_ENABLE_TELEMETRY: '0',
};

export const installs: readonly Install[] = [
  {
    name: 'npm',
    what: 'npm install, with two majors of protobufjs',
    command: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
    run: ['npx', '--no-install'],
    env: {},
    files: {},
    manifest: (tarballs) => manifestOf(tarballs),
    twice: 'protobufjs',
  },
  {
    name: 'pnpm',
    what: 'pnpm 10, isolated as by default',
    command: [...pnpm, 'install', '--prefer-offline', '--no-frozen-lockfile'],
    run: [...pnpm, 'exec'],
    env: {},
    files: {},
    manifest: (tarballs) => ({
      ...manifestOf(tarballs),
      // pnpm 10 runs no package's scripts that are not named. None is needed here.
      pnpm: { onlyBuiltDependencies: [] },
    }),
  },
  {
    name: 'yarn',
    what: 'yarn 4 with node_modules',
    command: [...yarn, 'install'],
    run: [...yarn, 'run'],
    env: yarnEnv,
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
    manifest: (tarballs) => ({ ...manifestOf(tarballs), resolutions: pinned() }),
  },
  {
    name: 'pnp',
    what: "yarn 4 with Plug'n'Play",
    command: [...yarn, 'install'],
    run: [...yarn, 'run'],
    env: yarnEnv,
    files: { '.yarnrc.yml': 'nodeLinker: pnp\n', 'yarn.lock': '' },
    manifest: (tarballs) => ({ ...manifestOf(tarballs), resolutions: pinned() }),
  },
];

/** Yarn looks for a package's builds for all platforms, of which the newest version may lack one for its first hours. */
function pinned(): Record<string, unknown> {
  const { overrides = {} } = readManifest(repositoryRoot());
  return { '@swc/core': overrides['@swc/core'] };
}

/** What a user of Temporal has, and no more: no overrides, no lock. */
function manifestOf(tarballs: readonly Tarball[]) {
  const { devDependencies = {} } = readManifest(repositoryRoot()) as { devDependencies?: Record<string, string> };
  const names = ['activity', 'client', 'common', 'envconfig', 'worker', 'workflow'].map(
    (name) => `@temporalio/${name}`,
  );
  const wanted = [...names, '@types/node', 'eslint', 'typescript', 'typescript-eslint'];
  return {
    name: 'installed',
    private: true,
    dependencies: {
      ...Object.fromEntries(wanted.map((name) => [name, devDependencies[name]])),
      ...Object.fromEntries(tarballs.map(({ manifest: { name }, file }) => [name, `file:${file}`])),
    },
  };
}
