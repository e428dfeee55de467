import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from 'longhaul/config';
import { gather, judge, knownTypes } from 'longhaul/review';
import type { Gathered, ReviewReport } from 'longhaul/review';
import { change, copyExample, remove } from './projects';

/** After the waivers of the example began, before they end. */
const now = Date.parse('2026-12-01');

describe('a review of the example', function () {
  this.timeout(180_000);
  let healthy: Gathered;
  let folder: string;

  before(async () => {
    folder = await copyExample();
    healthy = await gathering({});
    await remove(folder);
  });
  beforeEach(async () => {
    folder = await copyExample();
  });
  afterEach(() => remove(folder));

  /** With `without`, what a defect can't touch is not gathered again. */
  async function gathering({ without = [] }: { without?: ('lint' | 'replay')[] }): Promise<Gathered> {
    const config = await loadConfig({ cwd: folder });
    const anew = await gather({
      config,
      lintPaths: without.includes('lint') ? ['messages.ts'] : ['workflows.ts', 'activities.ts', 'messages.ts'],
      ...(without.includes('replay') ? { histories: [] } : {}),
    });
    return {
      ...anew,
      ...(without.includes('lint') ? { lint: healthy.lint } : {}),
      ...(without.includes('replay') ? { histories: healthy.histories } : {}),
    };
  }

  const judged = (gathered: Gathered): ReviewReport => judge(gathered, knownTypes(gathered), now);

  function notGo({ workflows }: ReviewReport): string[] {
    return workflows.flatMap(({ workflowType, cells }) =>
      cells.filter(({ verdict }) => verdict !== 'go').map(({ area, verdict }) => `${workflowType} ${area} ${verdict}`),
    );
  }

  it('says go, and shows what is waived', () => {
    const report = judged(healthy);
    assert.deepEqual(notGo(report), []);
    assert.equal(report.ok, true);
    const waived = report.workflows.flatMap(({ workflowType, cells }) =>
      cells.flatMap(({ checks }) =>
        checks.flatMap(({ check, waived: by }) => (by ? [`${workflowType} ${check}`] : [])),
      ),
    );
    assert.deepEqual(waived, ['inventory span', 'scanTree drill', 'scanTree span']);
    assert.equal(judge(healthy, ['inventory'], Date.parse('2028-01-01')).verdict, 'unknown', 'a waiver ends');
  });

  it('answers for each of the four timeouts of each activity', () => {
    const [row] = judge(healthy, ['inventory'], now).workflows;
    const answers = row?.cells[0]?.checks.filter(({ activity }) => activity === 'hashBatch') ?? [];
    assert.deepEqual(
      answers.map(({ check, verdict }) => `${check} ${verdict}`),
      ['schedule-to-start not-needed', 'start-to-close go', 'schedule-to-close go', 'heartbeat go', 'drill go'],
    );
    assert.match(answers[0]?.message ?? '', /because/);
  });

  it('says no-go for heartbeats where an activity has no heartbeat timeout', async () => {
    await change(join(folder, 'workflows.ts'), "heartbeatTimeout: '5 seconds',", '');
    const report = judged(await gathering({ without: ['replay'] }));
    assert.deepEqual(notGo(report), ['inventory heartbeats no-go', 'scanTree heartbeats no-go']);
    assert.equal(evidence(report)[0]?.rule, 'require-heartbeat-timeout');
  });

  it('says no-go for heartbeats where a drill found no checkpoint', async () => {
    const drills = join(folder, 'drills');
    const [record = ''] = await readdir(drills);
    const finding = { rule: 'no-checkpoint', severity: 'no-go', message: 'Its beats carry nothing.', fix: 'Save one.' };
    await change(
      join(drills, record),
      '"findings": [],\n  "codeVersion"',
      `"findings": [${JSON.stringify(finding)}],\n  "codeVersion"`,
    );
    const report = judged(await gathering({ without: ['lint', 'replay'] }));
    assert.deepEqual(notGo(report), ['inventory heartbeats no-go']);
    assert.match(evidence(report)[0]?.file ?? '', /drills\/inventory-hashBatch-kill/);
  });

  it('says no-go for history where a handler continues as new', async () => {
    const file = join(folder, 'workflows.ts');
    await change(file, 'import {\n', 'import {\n  continueAsNew,\n');
    const handler = 'setHandler(found, async () => { await continueAsNew<typeof scanTree>({ input, pass }); });';
    await change(file, '  try {\n    await scan(', `  ${handler}\n  try {\n    await scan(`);
    const report = judged(await gathering({ without: ['replay'] }));
    assert.deepEqual(notGo(report), ['scanTree history no-go']);
    assert.equal(evidence(report)[0]?.rule, 'no-continue-as-new-in-handler');
  });

  it('says no-go for determinism where a saved history does not replay', async () => {
    await change(
      join(folder, 'workflows.ts'),
      'return { ...state, summary',
      'await sleep(1);\n    return { ...state, summary',
    );
    const report = judged(await gathering({ without: ['lint'] }));
    assert.deepEqual(notGo(report), ['inventory determinism no-go']);
    const [first] = evidence(report);
    assert.equal(first?.from, 'replay');
    assert.ok((first.eventId ?? 0) > 0);
  });

  it('says no-go for signals where a query changes the state', async () => {
    await change(
      join(folder, 'workflows.ts'),
      'setHandler(progress, () => state);',
      'setHandler(progress, () => { state.files += 1; return state; });',
    );
    const report = judged(await gathering({ without: ['replay'] }));
    assert.deepEqual(notGo(report), ['inventory signals no-go']);
    assert.equal(evidence(report)[0]?.rule, 'no-side-effects-in-query');
  });

  it('says no-go for observability where nobody is called', async () => {
    await change(join(folder, 'longhaul.config.ts'), "team: 'inventory',", '');
    const report = judged(await gathering({ without: ['lint', 'replay'] }));
    assert.deepEqual(notGo(report), ['inventory observability no-go']);
  });

  function evidence({ workflows }: ReviewReport) {
    const checks = workflows.flatMap(({ cells }) => cells.flatMap((cell) => cell.checks));
    return checks.filter(({ verdict, waived }) => verdict === 'no-go' && !waived).flatMap((check) => check.evidence);
  }
});
