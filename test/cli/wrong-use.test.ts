import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { main } from '../../cli/main';
import { useFolder } from '../replay/support';

const files: Readonly<Record<string, string>> = {
  '.git/HEAD': '',
  'flows.ts': 'export async function order() {}',
  'broken.ts': 'export async function order( {',
  'nothing.ts': 'export const x = 1;',
  'garbage.json': 'not json',
  'other.json': '{"a":1}',
  'empty/keep': '',
  'folded/manifest.json/keep': '',
  'by-hand/manifest.json': '{"schema":"longhaul.histories/1","histories":{"a.bin":{"workflowId":7}}}',
  'by-hand/a.bin': 'x',
  'hook.cjs': 'module.exports = 1;',
  'syntax.config.ts': 'export default {',
  'field.config.ts': "export default { workflowPath: 'x' };",
  'named.config.ts': 'export const taskQueue = 1;',
  'throws.config.ts': "throw new Error('no database url'); export default {};",
  'import.config.ts': "import x from 'not-there'; export default { x };",
  'waiver.config.ts': "export default { catalog: { order: { waivers: [{ area: 'signals' }] } } };",
  'limit.config.ts': "export default { catalog: { order: { limits: { backlogAge: 'long' } } } };",
  'missing.config.ts': "export default { workflowsPath: './gone.ts' };",
  'target.config.ts':
    "export default { workflowsPath: './flows.ts', taskQueue: 'q', drillTargets: [{ address: '127.0.0.1:1' }] };",
};

const nobody = ['--address', '127.0.0.1:1'];
const drilling = ['drill', '--activity', 'ship', '--workflow', 'order', '--config', 'target.config.ts', ...nobody];

/** What is typed, as it is typed, and what is said of it; each is one line, with status 2 where no other is given. */
const cases: readonly (readonly [args: string | readonly string[], said: RegExp, status?: 2 | 3])[] = [
  ['frobnicate', /there is no command "frobnicate"\. See longhaul --help/],
  ['--jsn', /there is no command "--jsn"/],
  ...[
    'dev', 'doctor', 'drill', 'init', 'inspect', 'lint', 'prune', 'record', 'replay', 'review', 'run', 'watch', 'worker',
  ].map((command) => [`${command} --nope`, /Unknown option '--nope'\. See --help/] as const), // prettier-ignore
  ['replay --workflow flows.ts', /Unknown option '--workflow': did you mean --workflows\? See --help/],
  ['dev --workflow=flows.ts', /Unknown option '--workflow': did you mean --workflows\? See --help/],
  ['watch --jsno', /Unknown option '--jsno': did you mean --json\? See --help/],
  ['drill --actvity ship', /Unknown option '--actvity': did you mean --activity\? See --help/],
  ['lint --basline', /Unknown option '--basline': did you mean --baseline\? See --help/],
  ['repaly', /there is no command "repaly": did you mean replay\? See longhaul --help/],
  ...['dev', 'doctor', 'prune', 'record', 'replay', 'review', 'watch', 'worker'].map(
    (command) => [`${command} --config nowhere.ts`, /nowhere\.ts does not exist/] as const,
  ),
  ['watch --config', /'--config <value>' argument missing/],
  ['worker --config syntax.config.ts', /syntax\.config\.ts can't be loaded: Unexpected token at line 1, column \d+/],
  ['review --config field.config.ts', /'workflowPath' is no option; use workflowsPath/],
  ['dev --config named.config.ts', /no default export: begin with export default defineConfig/],
  ['doctor --config throws.config.ts', /it throws "no database url" while it loads; move what fails/],
  ['watch --config import.config.ts', /can't be loaded: not-there is not there; npm install not-there/],
  ['review --config waiver.config.ts', /waivers\[0\]\.reason is null; use a sentence/],
  ['watch --config limit.config.ts', /catalog\.order\.limits\.backlogAge/],

  ['dev', /--workflows FILE is missing/],
  ['dev --workflows nowhere.ts', /--workflows: nowhere\.ts does not exist/],
  ['dev --workflows flows.ts --port 99999', /--port takes a whole number from 1 to 65535, not "99999"/],
  ['dev flows.ts', /"flows\.ts" is not an option/],
  ['dev --workflows flows.ts --port 9000 --ui-port 9000', /--port and --ui-port are both 9000; give each its own/],
  [['dev', '--workflows', 'flows.ts', '--task-queue', ''], /--task-queue is empty; give it a value, or leave it out/],
  ['dev --workflows flows.ts --db empty', /--db: empty is a folder; name a file in it/],

  ['prune folded', /folded\/manifest\.json can't be read: EISDIR/],
  ['prune by-hand', /the entry of "a\.bin" has a workflowId that is no text: mend it, or take it out/],
  ['replay by-hand --workflows flows.ts', /the entry of "a\.bin" has a workflowId that is no text/],
  ['inspect by-hand', /the entry of "a\.bin" has a workflowId that is no text/],
  ['review --workflows flows.ts --lint flows.ts --histories by-hand', /the entry of "a\.bin" has a workflowId/],
  ['inspect nowhere.jsonl', /nowhere\.jsonl does not exist/],
  ['inspect nowhere.jsonl.gz', /nowhere\.jsonl\.gz does not exist/],

  ['doctor now', /takes no argument "now"/],

  ['drill', /--activity X is missing/],
  [['drill', '--activity', ''], /--activity is empty/],
  [[...drilling, '--address', '127.0.0.1:1', '--out', 'flows.ts'], /--out: flows\.ts can't be written to \(EEXIST\)/],
  ['drill --activity ship --term --stall', /--term and --stall exclude each other/],
  ['drill --activity ship', /--workflow Y is missing, and no entry of the catalog names ship/],
  ['drill --activity ship --worker x', /--worker needs --task-queue/],
  ['drill --activity ship --workflow order', /is no drill target: add drillTargets/],
  [[...drilling, '--times', '0'], /--times takes a whole number from 1 to 1000, not "0"/],
  [[...drilling, '--seed', 'x'], /--seed takes a whole number/],
  [[...drilling, '--within', 'soon'], /--within takes a length of time such as 30s or 5m, not "soon"/],
  [[...drilling, '--input', 'nowhere.json'], /--input: nowhere\.json can't be read/],
  [[...drilling, '--input', 'garbage.json'], /--input: garbage\.json is not JSON/],

  ['init here', /takes no argument "here"/],

  ['inspect', /name a workflow id, a history file or a folder/],
  [['inspect', ''], /name a workflow id, a history file or a folder/],
  ['inspect nowhere.json', /nowhere\.json does not exist/],
  ['inspect garbage.json', /garbage\.json: It is not JSON/],
  ['inspect other.json', /other\.json: It has no list of events/],
  ['inspect empty', /empty holds no history/],
  ['inspect other.json --replay', /--replay needs --workflows/],
  ['inspect other.json --runs 0', /--runs takes a whole number/],
  ['inspect order-1 --run-id x', /--run-id is "x"; use the id of a run/],
  [['inspect', 'order-1', '--html', ''], /--html is empty/],
  [['run', 'order-1', 'dead-letters', 'drop', '--id', 'a', '--id', ''], /--id is empty/],
  ['inspect order-1 order-2 --run-id x', /--run-id goes with one workflow id/],
  ['inspect order-1 --profile nope', /Profile 'nope' not found/],
  ['inspect order-1 --address a:b', /"a:b" is no address of a server; use host:port/],
  [['inspect', 'order-1', ...nobody], /no Temporal server answers at 127\.0\.0\.1:1 .*Start one, or set/, 3],

  ['lint --config flows.ts', /takes no --config: it reads no longhaul\.config\.ts/],
  ['lint nowhere.ts', /there is no file or folder nowhere\.ts/],
  ['prune nowhere', /nowhere has no manifest\.json/],

  ['record order-1', /"order-1" is not an option/],
  ['record --scenario nowhere.ts', /--scenario: nowhere\.ts does not exist/],
  ['record --opaque --redact', /--opaque/],

  ['replay empty', /--workflows FILE is missing/],
  ['replay nowhere --workflows flows.ts', /nowhere does not exist/],
  ['replay empty --workflows flows.ts', /empty holds no history/],
  ['replay --workflows flows.ts', /replay-histories does not exist\. Save one with longhaul record, or name the files/],
  ['replay empty --workflows flows.ts --drift most', /--drift takes off, warn or error, not "most"/],
  ['replay --live x --workflows flows.ts', /--live replays no files/],
  ['replay empty --workflows flows.ts --fast --no-cache', /--fast goes by what it keeps in the cache/],

  ['review order', /"order" is not an option: name a type with --workflow/],
  ['review --json --markdown', /--json and --markdown exclude each other/],
  ['review --workflows nothing.ts', /No workflow was found: name the workflow file/],
  ['review --config missing.config.ts', /The workflow file gone\.ts does not exist/],
  ['review --workflows flows.ts --workflow ordr', /There is no workflow "ordr": there are order/],
  ['review --workflows flows.ts --html no/such.html', /no\/such\.html can't be written: its folder does not exist/],
  ['review --histories nowhere', /--histories: nowhere does not exist/],

  ['run', /name a workflow id and a command/],
  ['run order-1', /no command was given; use status, pause, resume/],
  ['run order-1 stop', /"stop" is no command; use status, pause/],
  ['run order-1 dead-letters drop', /takes either --all or --id/],
  ['run order-1 dead-letters redrive --all --id 3', /takes either --all or --id/],
  ['run order-1 pause --all', /takes neither --all nor --id/],

  ['watch order-1', /takes no argument "order-1"/],
  ['watch --rate 0', /--rate takes a whole number from 1 to 10000, not "0"/],
  ['watch --visibility-rate 0', /--visibility-rate takes a whole number from 1 to 10000, not "0"/],
  ['watch --every never', /--every takes a length of time such as 30s or 5m, not "never"/],
  ['watch --metrics 9090', /--metrics goes with --follow/],
  ['watch --state garbage.json', /--state: garbage\.json is no state of a watch; name another file, or remove it/],
  ['watch --host h', /--host goes with --metrics/],
  ['watch --state empty', /--state: empty can't be read: it is a folder/],
  ['watch --hook nowhere.js', /--hook: nowhere\.js can't be loaded: nowhere\.js is not there; mend the path/],
  ['watch --hook hook.cjs', /the default export of hook\.cjs is no function/],

  ['worker', /--task-queue Q is missing, and no configuration has a taskQueue/],
  ['worker --task-queue q', /there is nothing to run: give --workflows FILE/],
  ['worker --config target.config.ts --log-level LOUD', /--log-level is LOUD; use TRACE, DEBUG/],
];

describe('wrong use', () => {
  const folder = useFolder();
  beforeEach(async () => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder.path, name)), { recursive: true });
      await writeFile(join(folder.path, name), text);
    }
  });

  it('is tried with each command, 50 times or more', () => {
    assert.ok(cases.length >= 50, String(cases.length));
  });

  for (const [args, said, wanted = 2] of cases) {
    const argv = typeof args === 'string' ? args.split(' ') : args;
    it(`ends with ${wanted} and one line: longhaul ${argv.join(' ')}`, async () => {
      const out: string[] = [];
      const err: string[] = [];
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
      const status = await main(argv, {
        out: (line) => void out.push(line),
        err: (line) => void err.push(line),
        cwd: folder.path,
        env: { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' },
        tty: false,
        progress: () => undefined,
        signal: new AbortController().signal,
      });
      assert.deepEqual(out, []);
      assert.equal(err.length, 1, err.join('\n'));
      const [line = ''] = err;
      assert.match(line, said);
      assert.match(line, /^longhaul(?:[ -][a-z]+)?: [^\n]+$/);
      assert.ok(!line.includes(folder.path), line);
      assert.equal(status, wanted);
    });
  }
});
