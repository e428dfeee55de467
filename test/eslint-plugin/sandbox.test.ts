import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import longhaul from 'eslint-plugin-longhaul';
import { root } from './lint-project.js';
import { examplesOf, type PageExample } from './page-examples.js';
import type { DriveOutcome, DriveRequest } from './sandbox/drive.js';

const runFile = promisify(execFile);

/** What is varied, each in a process of its own. */
interface Surroundings {
  env?: Readonly<Record<string, string>>;
  node?: readonly string[];
  replaying?: boolean;
  runs?: number;
  /** Whether the bundle was made in another folder. */
  elsewhere?: boolean;
}

const hasTemporal = 'Temporal' in globalThis;

const plain = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8', LANG: 'en_US.UTF-8' };

/** By what a claim says. */
const surroundings: Readonly<Record<string, Surroundings>> = {
  base: { runs: 2 },
  'differs after a gap': {},
  'differs by time zone': { env: { TZ: 'America/New_York' } },
  'differs by locale': { env: { LC_ALL: 'sv_SE.UTF-8', LANG: 'sv_SE.UTF-8' } },
  'differs by build': { elsewhere: true },
  'differs by engine': { node: [hasTemporal ? '--no-harmony-temporal' : '--harmony-temporal'] },
  'differs on replay': { replaying: true },
};

/** Claims about the bundle as a whole: their examples get one each. */
const alone = new Set(['is refused by the bundler', 'stops every workflow']);

/** What other rules say does not show in one run of a workflow alone. */
const examples = Object.entries(longhaul.rules ?? {})
  .filter(([, { meta }]) => (meta?.docs as { category?: string } | undefined)?.category === 'determinism')
  .flatMap(([rule]) => examplesOf(root, rule));
const ran = examples.filter(({ claim, kind }) => kind === 'correct' || claim !== '');

function nameOf({ rule, kind, index }: PageExample): string {
  return `${rule.replaceAll('-', '_')}_${kind}_${index}`;
}

/** The example's workflow: the first function that it exports. */
function workflowOf({ code }: PageExample): string {
  return /export async function (\w+)/.exec(code)?.[1] ?? '';
}

describe('in the sandbox of the SDK', () => {
  const outcomes = new Map<string, ReadonlyMap<string, readonly DriveOutcome[]>>();
  let folder: string;

  before(async () => {
    mkdirSync(join(root, 'dist/test'), { recursive: true });
    folder = mkdtempSync(join(root, 'dist/test/pages-'));
    const together = ran.filter(({ claim }) => !alone.has(claim));
    const bundle = await bundleOf('build-a', together);
    const other = await bundleOf(
      'build-b',
      together.filter(({ claim }) => claim === 'differs by build'),
    );
    const workflows = together.map((example) => ({
      type: nameOf(example),
      args: example.args,
      query: example.query,
    }));
    // One after the other for the machine's sake; the gap between the first two comes by itself.
    for (const [name, around] of Object.entries(surroundings)) {
      const known = (type: string): readonly string[] =>
        around.replaying === true ? (outcomes.get('base')?.get(type)?.[0]?.patches ?? []) : [];
      const marked = workflows.map((workflow) => ({ ...workflow, patches: known(workflow.type) }));
      const moved = new Set(together.filter(({ claim }) => claim === 'differs by build').map(nameOf));
      const found =
        around.elsewhere === true
          ? await driven({ bundle: other, workflows: marked.filter(({ type }) => moved.has(type)) }, around)
          : await driven({ bundle, workflows: marked }, around);
      outcomes.set(name, grouped(found));
    }
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const example of ran) {
    const { rule, kind, index, claim } = example;
    const says = kind === 'correct' ? 'is the same everywhere' : claim;
    it(`an example on the page of ${rule} ${says} (${kind} ${index})`, async () => {
      if (alone.has(says)) await isBroken(example);
      else check(example, says);
    });
  }

  it('every incorrect example of a determinism rule claims something', () => {
    assert.deepEqual(examples.filter(({ kind, claim }) => kind === 'incorrect' && claim === '').map(nameOf), []);
  });

  function outcome(example: PageExample, around: string): DriveOutcome {
    const found = outcomes.get(around)?.get(nameOf(example))?.[0];
    assert.ok(found, `${nameOf(example)} did not run ${around}`);
    return found;
  }

  function check(example: PageExample, says: string): void {
    const base = outcome(example, 'base');
    if (says.startsWith('throws ')) {
      assert.ok(base.error?.includes(says.slice('throws '.length)), `${base.error ?? ''} ${JSON.stringify(base)}`);
      return;
    }
    assert.equal(base.error, undefined);
    if (says === 'schedules no activity') assert.ok(!base.commands.includes('scheduleActivity'));
    else if (says.startsWith('returns ')) assert.deepEqual(base.result, JSON.parse(says.slice('returns '.length)));
    else if (says === 'schedules an activity') assert.ok(base.commands.includes('scheduleActivity'));
    else if (says === 'leaks into the next run') {
      const [first, second] = outcomes.get('base')?.get(nameOf(example)) ?? [];
      assert.notDeepEqual(first, second);
    } else if (says === 'is the same everywhere') {
      for (const [name, { elsewhere }] of Object.entries(surroundings)) {
        if (elsewhere !== true) assert.deepEqual(outcome(example, name), base, name);
      }
      const [, second] = outcomes.get('base')?.get(nameOf(example)) ?? [];
      assert.deepEqual(second, base);
    } else {
      assert.ok(says in surroundings, `an unknown claim: ${says}`);
      assert.notDeepEqual(outcome(example, says), base);
    }
  }

  /** Neither the example nor a harmless workflow in the same bundle can run. */
  async function isBroken(example: PageExample): Promise<void> {
    const { claim } = example;
    if (claim === 'is refused by the bundler') {
      await assert.rejects(
        bundleOf(nameOf(example), [example]),
        /disallowed|not allowed|UnhandledScheme|Webpack finished with errors/i,
      );
      return;
    }
    const run = async (): Promise<readonly DriveOutcome[]> => {
      const bundle = await bundleOf(nameOf(example), [example], true);
      return driven({ bundle, workflows: [{ type: 'harmless', args: [], query: undefined, patches: [] }] }, {});
    };
    const found = await run().catch((error: unknown) => [{ error: String(error) }]);
    assert.ok(
      found.every(({ error }) => error !== undefined),
      JSON.stringify(found),
    );
  }

  /** Bundles examples as one module whose workflows load theirs when they run. */
  async function bundleOf(name: string, of: readonly PageExample[], atOnce = false): Promise<string> {
    const home = join(folder, name);
    const lines = of.map((example) => {
      const own = nameOf(example);
      mkdirSync(join(home, own), { recursive: true });
      writeFileSync(join(home, own, 'workflows.ts'), example.code);
      if (example.file !== undefined) writeFileSync(join(home, own, example.file.name), example.file.content);
      if (example.code.includes("'./parts'") && example.file === undefined) {
        writeFileSync(join(home, own, 'parts.ts'), 'export const rate = 5;\n');
      }
      return atOnce
        ? `export { ${workflowOf(example)} as ${own} } from './${own}/workflows';`
        : `export async function ${own}(...args) { return require('./${own}/workflows').${workflowOf(example)}(...args); }`;
    });
    const entry = join(home, 'workflows.ts');
    writeFileSync(entry, [...lines, "export async function harmless() { return 'fine'; }"].join('\n'));
    const logger = new DefaultLogger('ERROR', () => undefined);
    const { code } = await bundleWorkflowCode({ workflowsPath: entry, logger });
    const path = join(home, 'bundle.js');
    writeFileSync(path, code);
    return path;
  }
});

async function driven(
  { bundle, workflows }: Pick<DriveRequest, 'bundle' | 'workflows'>,
  { env = {}, node = [], replaying = false, runs = 1 }: Surroundings,
): Promise<readonly DriveOutcome[]> {
  const request: DriveRequest = { bundle, replaying, workflows, runs };
  const script = join(root, 'dist/test/eslint-plugin/sandbox/drive-process.js');
  const { stdout } = await runFile(process.execPath, [...node, script, JSON.stringify(request)], {
    env: { ...process.env, ...plain, ...env },
    maxBuffer: 1e8,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as readonly DriveOutcome[];
}

function grouped(found: readonly DriveOutcome[]): ReadonlyMap<string, readonly DriveOutcome[]> {
  const groups = new Map<string, DriveOutcome[]>();
  for (const entry of found) groups.set(entry.type, [...(groups.get(entry.type) ?? []), entry]);
  return groups;
}
