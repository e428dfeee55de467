import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { linterInstall, runWords } from '../../config';
import type { PackageManager } from '../../config';
import type { Step } from './edit';
import type { Project } from './project';

const what = 'a CI workflow that lints workflow code and replays saved histories';

const installs: Record<PackageManager, string> = {
  npm: 'npm ci',
  pnpm: 'pnpm install --frozen-lockfile',
  yarn: 'yarn install --immutable',
  bun: 'bun install --frozen-lockfile',
};

/** A workflow for GitHub Actions; for another CI, its lines. */
export function ciStep({ folder, root, packageManager, manifest }: Project): Step {
  const linter = linterInstall(folder);
  const own = 'eslint-plugin-longhaul' in { ...manifest.dependencies, ...manifest.devDependencies };
  const apart = linter.folder !== undefined && !own ? [linter.command] : [];
  const inside = relative(root, folder).replaceAll('\\', '/');
  const workflows = join(root, '.github', 'workflows');
  const there = (existsSync(workflows) ? readdirSync(workflows) : []).find(
    (name) => /\.ya?ml$/.test(name) && isFor(readFileSync(join(workflows, name), 'utf8'), inside),
  );
  if (there !== undefined) return { kind: 'kept', path: join(workflows, there), what };
  const run = runWords[packageManager];
  const other = [
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    'azure-pipelines.yml',
    'bitbucket-pipelines.yml',
    'Jenkinsfile',
  ]
    .map((name) => join(root, name))
    .find((path) => existsSync(path));
  if (other !== undefined && !existsSync(join(root, '.github'))) {
    if (readFileSync(other, 'utf8').includes('longhaul lint')) return { kind: 'kept', path: other, what };
    const lines = [
      ...(inside === '' ? [] : [`cd ${inside}`]),
      installs[packageManager],
      ...apart,
      `${run} longhaul lint`,
      `${run} longhaul replay`,
    ];
    return {
      kind: 'by-hand',
      path: other,
      why: 'have a job run these; the last one as soon as replay-histories/ holds a history',
      lines,
    };
  }
  const name = freeName(workflows, inside === '' ? 'longhaul' : `longhaul-${inside.replace(/[^\w]+/g, '-')}`);
  const histories = `${inside === '' ? '' : `${inside}/`}replay-histories/**`;
  const text = [
    `name: longhaul${inside === '' ? '' : ` (${inside})`}`,
    'on:',
    '  pull_request:',
    '  push:',
    '    branches: [main, master]',
    'permissions:',
    '  contents: read',
    'jobs:',
    '  workflows:',
    '    runs-on: ubuntu-latest',
    '    timeout-minutes: 20',
    ...(inside === '' ? [] : ['    defaults:', '      run:', `        working-directory: ${inside}`]),
    '    steps:',
    '      - uses: actions/checkout@v4',
    ...(packageManager === 'pnpm' ? pnpmSetUp(manifest.packageManager, root) : []),
    ...(packageManager === 'bun' ? ['      - uses: oven-sh/setup-bun@v2'] : []),
    '      - uses: actions/setup-node@v4',
    '        with:',
    '          node-version: 22',
    ...(packageManager === 'yarn' ? ['      - run: corepack enable'] : []),
    `      - run: ${installs[packageManager]}`,
    ...apart.map((command) => `      - run: ${command}`),
    `      - run: ${run} longhaul lint`,
    '      # Skipped until the first history is saved.',
    `      - if: hashFiles('${histories}/*.bin', '${histories}/*.bin.gz', '${histories}/*.json', '${histories}/*.json.gz', '${histories}/*.jsonl', '${histories}/*.jsonl.gz') != ''`,
    `        run: ${run} longhaul replay`,
    '',
  ].join('\n');
  return { kind: 'edit', edit: { path: join(workflows, name), what, before: undefined, after: text } };
}

/** One that no workflow of the user's has. */
function freeName(workflows: string, wanted: string): string {
  const isTaken = (name: string): boolean => existsSync(join(workflows, name));
  for (let number = 1; ; number += 1) {
    const name = `${wanted}${number === 1 ? '' : `-${number}`}.yml`;
    if (!isTaken(name)) return name;
  }
}

/** Whether a workflow runs longhaul for the package in this folder. */
function isFor(text: string, inside: string): boolean {
  if (!/longhaul (?:lint|replay)|lint:workflows|replay:workflows/.test(text)) return false;
  return inside === '' || text.includes(inside);
}

/** The action takes the version from `packageManager` of the repository's root; without one it needs to be told. */
function pnpmSetUp(own: string | undefined, root: string): string[] {
  const atRoot =
    existsSync(join(root, 'package.json')) && readFileSync(join(root, 'package.json'), 'utf8').includes('"pnpm@');
  const action = '      - uses: pnpm/action-setup@v4';
  return atRoot ? [action] : [action, '        with:', `          version: ${/@(\d+)/.exec(own ?? '')?.[1] ?? '10'}`];
}
