import type { Random } from './random';

/** A step of a generated workflow. `id` is its own, so that names made of it stay when others are moved around it. */
export interface Step {
  id: number;
  kind: StepKind;
  /** What varies within the kind: an activity, a duration, a limit. */
  choice: number;
  /** Steps inside, one list for each branch. */
  branches: Step[][];
  /** Begun, and not waited for. */
  floating?: boolean;
}

const leaves = [
  'activity',
  'failing',
  'local',
  'sleep',
  'child',
  'signal',
  'approvals',
  'memo',
  'attribute',
  'cancelled',
  'uuid',
] as const;
const blocks = ['all', 'race', 'patched', 'loop', 'caught', 'shielded'] as const;
type StepKind = (typeof leaves)[number] | (typeof blocks)[number];

const ends = ['return', 'continue as new', 'fail'] as const;

/** A workflow as data, so that it can be edited; `render` makes code of it. */
export interface Program {
  steps: Step[];
  end: (typeof ends)[number];
  /** Milliseconds of a timer in its update handler; 0 for none. */
  updateMs: number;
  /** Whether its signal handler runs an activity. */
  busyHandler: boolean;
}

export function generate(random: Random): Program {
  const maker = new Maker(random, 0);
  return {
    steps: maker.list(random.whole(3, 8), 2),
    end: random.pick(ends),
    updateMs: random.pick([0, 5, 20]),
    busyHandler: random.chance(0.3),
  };
}

/** The program with one to three things changed as people change them. */
export function edit(program: Program, random: Random): { program: Program; what: string[] } {
  const edited = structuredClone(program);
  const maker = new Maker(random, 1_000);
  const what: string[] = [];
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left -= 1) what.push(change(edited, maker, random));
  return { program: edited, what };
}

function change(program: Program, maker: Maker, random: Random): string {
  const lists = listsOf(program.steps);
  const list = random.pick(lists);
  const at = random.whole(0, Math.max(0, list.length - 1));
  const step = list[at];
  const kind = random.whole(0, 12);
  if (kind === 0) return (program.end = random.pick(ends.filter((end) => end !== program.end)));
  if (kind === 1) return ((program.updateMs = program.updateMs === 0 ? 5 : 0), 'update handler');
  if (kind === 2) return ((program.busyHandler = !program.busyHandler), 'signal handler');
  if (kind <= 4 || !step) return (list.splice(at, 0, maker.step(1)), 'added');
  const name = `${step.kind} ${step.id}`;
  switch (kind) {
    case 5:
    case 6:
      list.splice(at, 1);
      return `${name} removed`;
    case 7: {
      const [other] = list.splice(random.whole(0, list.length - 1), 1);
      if (other) list.splice(random.whole(0, list.length), 0, other);
      return `${other?.kind ?? ''} ${other?.id ?? 0} moved`;
    }
    case 8:
      step.choice += 1;
      return `${name} changed`;
    case 9:
      list[at] = maker.step(1);
      return `${name} replaced`;
    case 10:
      list[at] = { id: step.id + 2_000, kind: random.pick(blocks), choice: random.whole(0, 3), branches: [[step]] };
      return `${name} wrapped in ${list[at].kind}`;
    case 11:
      step.floating = !step.floating;
      return `${name} awaited or not`;
    default:
      if (step.branches.length === 0) return (list.splice(at, 0, structuredClone(step)), `${name} doubled`);
      list.splice(at, 1, ...step.branches.flat());
      return `${name} unwrapped`;
  }
}

function listsOf(steps: Step[]): Step[][] {
  return [steps, ...steps.flatMap(({ branches }) => branches.flatMap(listsOf))];
}

class Maker {
  constructor(
    private readonly random: Random,
    private last: number,
  ) {}

  list(length: number, depth: number): Step[] {
    return Array.from({ length }, () => this.step(depth));
  }

  step(depth: number): Step {
    const { random } = this;
    const id = (this.last += 1);
    const isBlock = depth > 0 && random.chance(0.35);
    const kind = random.pick<StepKind>(isBlock ? blocks : leaves);
    const count = kind === 'all' || kind === 'race' ? random.whole(2, 3) : isBlock ? 1 : 0;
    const branches = Array.from({ length: count }, () => this.list(random.whole(1, 2), depth - 1));
    return { id, kind, choice: random.whole(0, 3), branches, ...(random.chance(0.08) && { floating: true }) };
  }
}

/** The code of a program, as a module that exports `flow`. */
export function render({ steps, end, updateMs, busyHandler }: Program): string {
  const handler = busyHandler
    ? "approvals += 1; void acts.note('approval').catch(() => undefined);"
    : 'approvals += 1;';
  const update = updateMs > 0 ? `await wf.sleep(${updateMs}); ` : '';
  const last = {
    return: 'return `${approvals} approvals`;',
    'continue as new': "if (run < 2) await wf.continueAsNew(run + 1);\n  return 'second run';",
    fail: "throw wf.ApplicationFailure.nonRetryable('as generated');",
  }[end];
  return `import * as wf from '@temporalio/workflow';
const acts = wf.proxyActivities({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 2 } }) as any;
const local = wf.proxyLocalActivities({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } }) as any;
export async function flow(run: number): Promise<string> {
  let approvals = 0;
  wf.setHandler(wf.defineSignal('approve'), () => { ${handler} });
  wf.setHandler(wf.defineUpdate('ask'), async () => { ${update}return approvals; });
${indent(steps.map(code).join('\n'))}
  ${last}
}
`;
}

const activities = ['one', 'two', 'three', 'note'];

function code(step: Step): string {
  const { kind, id, choice, branches, floating } = step;
  const [first = []] = branches;
  const body = (list: readonly Step[]) => `{\n${indent(list.map(code).join('\n'))}\n}`;
  const each = branches.map((branch) => `(async () => ${body(branch)})()`).join(', ');
  switch (kind) {
    case 'activity':
      return waited(`acts.${activities[choice % activities.length] ?? ''}('${id}')`, floating);
    case 'failing':
      return waited(`acts.broken('${id}').catch(() => acts.note('mended'))`, floating);
    case 'local':
      return waited(`local.${activities[choice % activities.length] ?? ''}('${id}')`, floating);
    case 'sleep':
      return waited(`wf.sleep(${1 + 10 * choice})`, floating);
    case 'child':
      return waited(
        `wf.executeChild('receipt', { workflowId: \`\${wf.workflowInfo().workflowId}-${id}\`, args: [${choice}] })`,
        floating,
      );
    case 'signal':
      return waited(
        `wf.getExternalWorkflowHandle('ledger').signal('${choice % 2 === 0 ? 'entry' : 'note'}', '${id}')`,
        floating,
      );
    case 'approvals':
      return waited(`wf.condition(() => approvals > ${choice % 3}, ${20 + 40 * choice})`, floating);
    case 'memo':
      return `wf.upsertMemo({ step: '${id} ${choice}' });`;
    case 'attribute':
      return `wf.upsertSearchAttributes({ CustomKeywordField: ['${choice}'] });`;
    case 'cancelled':
      return `{ const scope = new wf.CancellationScope(); const long = scope.run(() => ${choice % 2 === 0 ? "acts.slow('x')" : "wf.sleep('1 day')"}); await wf.sleep(1); scope.cancel(); await long.catch(() => undefined); }`;
    case 'uuid':
      return `if (wf.uuid4() < '${(choice * 4).toString(16)}') await acts.note('${id}');`;
    case 'all':
      return waited(`Promise.all([${each}])`, floating);
    case 'race':
      return waited(`Promise.race([${each}])`, floating);
    case 'patched':
      return `if (wf.patched('p${id}')) ${body(first)}`;
    case 'loop':
      return `for (let i = 0; i < ${1 + (choice % 3)}; i += 1) ${body(first)}`;
    case 'caught':
      return `try ${body(first)} catch { await acts.note('caught ${id}'); }`;
    case 'shielded':
      return waited(`wf.CancellationScope.nonCancellable(async () => ${body(first)})`, floating);
  }
}

const waited = (expression: string, floating = false): string =>
  floating ? `void ${expression}.catch(() => undefined);` : `await ${expression};`;

const indent = (text: string): string => text.replace(/^/gm, '  ');
