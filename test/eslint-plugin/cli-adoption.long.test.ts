import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearCaches } from '@typescript-eslint/parser';
import { main } from 'eslint-plugin-longhaul/cli';
import { root, withProject } from './lint-project.js';
import { workflow } from './workflow-source.js';

interface Ran {
  status: number;
  out: string;
  err: string;
}

async function lint(folder: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  // Each run of the command is a process of its own, and reads the files anew.
  clearCaches();
  const status = await main(argv, { out: (line) => out.push(line), err: (line) => err.push(line), cwd: folder, env });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

/** ESLint itself, as a user runs it, with the plugin in a configuration of its own. */
function eslint(folder: string): { status: number; out: string } {
  const args = [join(root, 'node_modules/eslint/bin/eslint.js'), '.'];
  try {
    return { status: 0, out: execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' }) };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { status, out: stdout + stderr };
  }
}

const config = `
const longhaul = require(${JSON.stringify(require.resolve('eslint-plugin-longhaul'))});
const tseslint = require(${JSON.stringify(require.resolve('typescript-eslint'))});
module.exports = [{ files: ['**/*.ts'], ...longhaul.configs.typed, languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: __dirname } } }];
`;

const old = {
  'src/workflows.ts': workflow('return first();', `import { first } from './first.js';`),
  'src/first.ts': `import { second } from './second.js';\nexport const first = () => [Date.now(), Date.now(), second()];\n`,
  'src/second.ts': `import { third } from './third.js';\nexport const second = () => third();\n`,
  'src/third.ts': 'export const third = () => 5;\n',
};

const third = 'src/third.ts';

describe('longhaul-lint on code that is there already', () => {
  it('accepts what is found with --baseline, which ESLint honours, and then fails only on what is new', () =>
    withProject({ ...old, 'eslint.config.cjs': config }, {}, async (folder) => {
      const baseline = join(folder, 'eslint-suppressions.json');
      const others = {
        'src/first.ts': { 'no-console': { count: 1 } },
        'src/gone.ts': { 'longhaul/no-io': { count: 1 } },
      };
      writeFileSync(baseline, JSON.stringify(others));

      const accepted = await lint(folder, ['--baseline']);
      assert.deepEqual([accepted.status, accepted.out], [0, '']);
      assert.match(accepted.err, /Accepted 2 findings in eslint-suppressions\.json: commit it\./);
      const written: unknown = JSON.parse(readFileSync(baseline, 'utf8'));
      assert.deepEqual(written, {
        'src/first.ts': { 'longhaul/no-date-now': { count: 2 }, 'no-console': { count: 1 } },
      });

      const again = await lint(folder, []);
      assert.deepEqual([again.status, again.out], [0, '']);
      assert.match(again.err, /2 findings accepted by eslint-suppressions\.json\.\nNo findings\./);

      // ESLint's own run takes the same file; the entry of a rule that does not run is left out for its sake.
      writeFileSync(baseline, JSON.stringify({ 'src/first.ts': { 'longhaul/no-date-now': { count: 2 } } }));
      assert.deepEqual(eslint(folder), { status: 0, out: '' });

      writeFileSync(join(folder, third), 'export const third = () => Math.random();\n');
      const red = await lint(folder, []);
      assert.equal(red.status, 1);
      assert.match(red.out, /^src\/third\.ts:1:28 no-math-random\n.*order → first .* → second .* → third .*$/);
      assert.match(red.err, /\n1 finding\.$/);
      const { status, out } = eslint(folder);
      assert.equal(status, 1);
      assert.match(out, /longhaul\/no-math-random/);
    }));

  it('reports all findings of a rule in a file that has more than accepted, and how many are new', () =>
    withProject(old, {}, async (folder) => {
      await lint(folder, ['--baseline']);
      const path = join(folder, 'src/first.ts');
      writeFileSync(path, readFileSync(path, 'utf8').replace('[Date.now(),', '[Date.now(), new Date(),'));
      const { status, err } = await lint(folder, []);
      assert.equal(status, 1);
      assert.match(err, /3 findings, of which 1 more than eslint-suppressions\.json accepts\.$/);
    }));

  it('reports what the baseline allows and is no longer there', () =>
    withProject(old, {}, async (folder) => {
      await lint(folder, ['--baseline']);
      const path = join(folder, 'src/first.ts');
      writeFileSync(path, readFileSync(path, 'utf8').replace('[Date.now(), Date.now(),', '['));
      const { status, err } = await lint(folder, []);
      assert.equal(status, 0);
      assert.match(err, /write it anew with --baseline:\n {2}src\/first\.ts no-date-now: allows 2, found 0/);
      await lint(folder, ['--baseline']);
      assert.equal(readFileSync(join(folder, 'eslint-suppressions.json'), 'utf8'), '{}\n');
    }));

  it('says in one line that it can not read the baseline, and writes none where no workflow is', () =>
    withProject(old, {}, async (folder) => {
      writeFileSync(join(folder, 'eslint-suppressions.json'), '{');
      const { status, err } = await lint(folder, []);
      assert.deepEqual([status, err.split('\n').length], [3, 1]);
      assert.match(err, /eslint-suppressions\.json is no JSON/);
      rmSync(join(folder, 'eslint-suppressions.json'));
      rmSync(join(folder, 'src/workflows.ts'));
      assert.equal((await lint(folder, ['--baseline'])).status, 2);
      assert.ok(!existsSync(join(folder, 'eslint-suppressions.json')));
    }));

  it('counts with --since only what a changed line leads to, be it a call on the way', () =>
    withProject(old, {}, async (folder) => {
      const git = (...args: string[]): string =>
        execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder, encoding: 'utf8' });
      writeFileSync(join(folder, '.gitignore'), 'node_modules\n');
      git('init', '-q');
      git('add', '.');
      git('commit', '-q', '-m', 'before');
      assert.match((await lint(folder, ['--since', 'HEAD'])).err, /No findings on lines changed since HEAD\.$/);

      const path = join(folder, 'src/workflows.ts');
      writeFileSync(path, readFileSync(path, 'utf8').replace('return first();', 'return [\n  first(),\n  ];'));
      const { status, out } = await lint(folder, ['--since', 'HEAD']);
      assert.equal(status, 1);
      assert.equal(out.match(/no-date-now/g)?.length, 2);

      git('commit', '-q', '-am', 'a call');
      writeFileSync(join(folder, 'src/fourth.ts'), 'export const fourth = () => Math.random();\n');
      writeFileSync(
        join(folder, third),
        `import { fourth } from './fourth.js';\nexport const third = () => fourth();\n`,
      );
      const fresh = await lint(folder, ['--since', 'HEAD']);
      assert.match(fresh.out, /^src\/fourth\.ts:1:29 no-math-random\n[^\n]*$/);
      const unknown = await lint(folder, ['--since', 'nowhere']);
      assert.deepEqual(
        [unknown.status, unknown.err],
        [2, "longhaul-lint: --since: git knows no commit 'nowhere'. See --help."],
      );
    }));

  it('prints counts per package and rule', () =>
    withProject({ ...old, [third]: 'export const third = () => Math.random();\n' }, {}, async (folder) => {
      const { status, out } = await lint(folder, ['--summary']);
      assert.deepEqual([status, out], [1, '2  orders  no-date-now\n1  orders  no-math-random']);
    }));

  it('annotates on GitHub Actions', () =>
    withProject(old, {}, async (folder) => {
      const { out } = await lint(folder, [], { GITHUB_ACTIONS: 'true' });
      const annotations = out.split('\n').filter((line) => line.startsWith('::'));
      assert.equal(annotations.length, 2);
      assert.match(
        annotations[0] ?? '',
        /^::error file=src\/first\.ts,line=2,col=29,title=no-date-now::Workflow 'order' reads/,
      );
      const json = await lint(folder, ['--json'], { GITHUB_ACTIONS: 'true' });
      assert.ok(!json.out.includes('::error'));
    }));

  it('prints SARIF with each step from the workflow to the hazard', () =>
    withProject(old, {}, async (folder) => {
      const { status, out } = await lint(folder, ['--sarif']);
      assert.equal(status, 1);
      const { version, runs } = JSON.parse(out) as Sarif;
      const [run] = runs;
      assert.deepEqual(
        [version, runs.length, run?.tool.driver.rules.map(({ id }) => id)],
        ['2.1.0', 1, ['no-date-now']],
      );
      const [result] = run?.results ?? [];
      const place = (at: SarifLocation): string =>
        `${at.message?.text ?? ''} ${at.physicalLocation.artifactLocation.uri}:${String(at.physicalLocation.region.startLine)}`;
      const steps = ['order src/workflows.ts:3', 'first src/first.ts:2', 'Date.now() src/first.ts:2'];
      assert.deepEqual(result?.locations.map(place), [' src/first.ts:2']);
      assert.deepEqual(result.relatedLocations.map(place), steps);
      const flows = result.codeFlows.flatMap(({ threadFlows }) => threadFlows.flatMap(({ locations }) => locations));
      assert.deepEqual(
        flows.map(({ location }) => place(location)),
        steps,
      );
    }));
});

interface SarifLocation {
  physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
  message?: { text: string };
}

/** The part of SARIF 2.1.0 that the test looks at. */
interface Sarif {
  version: string;
  runs: {
    tool: { driver: { rules: { id: string }[] } };
    results: {
      locations: SarifLocation[];
      relatedLocations: SarifLocation[];
      codeFlows: { threadFlows: { locations: { location: SarifLocation }[] }[] }[];
    }[];
  }[];
}
