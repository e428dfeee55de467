import { readManifest, repositoryRoot } from '../support/manifest';
import type { Tarball } from '../release/pack';

/** A kind of project that installs longhaul, and how. */
export interface Consumer {
  name: string;
  what: string;
  /** Folders of `test/packages/fixtures/consumers`, and where in the project they go. */
  from: readonly (readonly [fixture: string, to: string])[];
  files: (tarballs: readonly Tarball[]) => Record<string, object | string>;
  install: readonly [string, ...string[]];
  /** The package in which commands run. */
  at: string;
  /** Commands of its own, such as its unit tests. */
  own: readonly (readonly string[])[];
  /** What its configuration has beside what `longhaul init` writes. */
  activities?: string;
  imports?: string;
}

const npm = ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'] as const;
const pnpm = [
  'npx',
  '--yes',
  '--package',
  'pnpm@10',
  'pnpm',
  'install',
  '--prefer-offline',
  '--no-frozen-lockfile',
] as const;

const compilerOptions = { target: 'es2022', module: 'node16', strict: true, noEmit: true, skipLibCheck: true, types: ['node'] }; // prettier-ignore
const nestOptions = {
  target: 'es2022', module: 'commonjs', strict: true, outDir: 'dist', skipLibCheck: true, types: ['node', 'jest'],
  experimentalDecorators: true, emitDecoratorMetadata: true,
}; // prettier-ignore

/** Versions as this repository has them. */
function versions(names: readonly string[]): Record<string, string | undefined> {
  const { devDependencies = {} } = readManifest(repositoryRoot()) as { devDependencies?: Record<string, string> };
  return Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
}

const sdk = ['activity', 'client', 'common', 'envconfig', 'worker', 'workflow'].map((name) => `@temporalio/${name}`);
const tools = ['@types/node', 'eslint', 'typescript', 'typescript-eslint'];
const packed = (tarballs: readonly Tarball[], only?: string): Record<string, string> =>
  Object.fromEntries(
    tarballs.flatMap(({ manifest: { name }, file }) =>
      only === undefined || name === only ? [[name, `file:${file}`]] : [],
    ),
  );

const plain = (tarballs: readonly Tarball[], more: object = {}): object => ({
  name: 'consumer',
  private: true,
  scripts: { check: 'tsc' },
  ...more,
  dependencies: { ...versions([...sdk, ...tools]), ...packed(tarballs) },
});

export const consumers: readonly Consumer[] = [
  {
    name: 'commonjs',
    what: 'CommonJS, npm',
    from: [['shared', '.'], ['commonjs', '.']], // prettier-ignore
    files: (tarballs) => ({ 'package.json': plain(tarballs), 'tsconfig.json': { compilerOptions, include: ['src'] } }),
    install: npm,
    at: '.',
    own: [['npx', 'tsc']],
  },
  {
    name: 'esm',
    what: 'ESM, npm',
    from: [['shared', '.'], ['esm', '.']], // prettier-ignore
    files: (tarballs) => ({
      'package.json': plain(tarballs, { type: 'module' }),
      'tsconfig.json': { compilerOptions: { ...compilerOptions, module: 'nodenext' }, include: ['src'] },
    }),
    install: npm,
    at: '.',
    own: [['npx', 'tsc']],
  },
  {
    name: 'monorepo',
    what: 'a monorepo of pnpm, its workflows in a package of their own',
    from: [['shared', 'packages/workflows'], ['shared', 'packages/worker'], ['monorepo', '.']], // prettier-ignore
    files: (tarballs) => ({
      'package.json': { name: 'acme', private: true },
      'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n",
      'packages/workflows/package.json': {
        name: '@acme/workflows',
        private: true,
        main: 'src/workflows.ts',
        dependencies: { ...versions(['@temporalio/common', '@temporalio/workflow']), ...packed(tarballs, 'longhaul') },
      },
      'packages/worker/package.json': {
        name: '@acme/worker',
        private: true,
        dependencies: {
          '@acme/workflows': 'workspace:*',
          ...versions([...sdk, ...tools]),
          ...packed(tarballs),
        },
      },
      'packages/worker/tsconfig.json': { compilerOptions, include: ['src'] },
      'packages/workflows/tsconfig.json': { compilerOptions: { ...compilerOptions, types: [] }, include: ['src'] },
    }),
    install: pnpm,
    at: 'packages/worker',
    own: [['node_modules/.bin/tsc']],
  },
  {
    name: 'nest',
    what: 'NestJS 11 with activities as providers, and Jest',
    from: [['shared', '.'], ['nest', '.']], // prettier-ignore
    files: (tarballs) => ({
      'package.json': {
        name: 'consumer-nest',
        private: true,
        scripts: { build: 'nest build', test: 'jest' },
        dependencies: {
          ...versions([...sdk, '@temporalio/testing', ...tools]),
          ...packed(tarballs),
          '@nestjs/common': '^11.0.0',
          '@nestjs/core': '^11.0.0',
          'reflect-metadata': '^0.2.2',
          rxjs: '^7.8.1',
        },
        devDependencies: {
          '@nestjs/cli': '^11.0.0',
          '@nestjs/testing': '^11.0.0',
          '@types/jest': '^29.5.14',
          jest: '^29.7.0',
          'ts-jest': '^29.2.5',
          typescript: '^5.9.0',
        },
        jest: {
          rootDir: 'src',
          testRegex: '.*\\.spec\\.ts$',
          transform: { '^.+\\.ts$': 'ts-jest' },
          testEnvironment: 'node',
        },
      },
      'nest-cli.json': { sourceRoot: 'src', compilerOptions: { deleteOutDir: true } },
      'tsconfig.json': { compilerOptions: nestOptions },
      'tsconfig.build.json': { extends: './tsconfig.json', exclude: ['node_modules', 'dist', '**/*.spec.ts'] },
    }),
    install: npm,
    at: '.',
    own: [['npx', 'nest', 'build'], ['npx', 'jest']], // prettier-ignore
    imports: `import { NestFactory } from '@nestjs/core';
import { AppModule } from './src/app.module';
import { OrdersService } from './src/orders.service';
`,
    activities: `async () => {
    const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
    const orders = app.get(OrdersService);
    return { activities: { ship: orders.ship }, close: () => app.close() };
  }`,
  },
];
