export interface Edit {
  name: string;
  /** Text of order.ts, and what stands there instead; `//!` marks the line that a report must name. */
  change: [from: string, to: string][];
  /** What the run that was closed by continue-as-new must be called; the others must agree with the SDK. */
  status: 'pass' | 'drift' | 'nondeterminism' | 'failed';
  expected?: string;
  actual?: string;
  /** Of drift: what differs. */
  path?: string;
  /** Which history shows it. @default 'first run' */
  history?: 'first run' | 'second run' | 'open' | 'cancelled';
  /** The line can't be known. */
  noLine?: boolean;
}

const reserve = 'await acts.reserveStock(id, 2);';
const charge = 'await acts.chargeCard(price);';
const nap = 'await wf.sleep(50);';
const child =
  'await wf.executeChild(receipt, { workflowId: `${wf.workflowInfo().workflowId}-receipt`, args: [price] });';
const entry = "await wf.getExternalWorkflowHandle('ledger').signal('entry', id);";
const audit = "await wf.getExternalWorkflowHandle('auditor').cancel();";
const assess = "await desk.executeOperation('assess', id, { scheduleToCloseTimeout: '1 minute' });";
const survey = "const survey = await surveys.run(() => desk.startOperation('survey', id));";
const race = "await Promise.race([acts.packParcel(id), wf.sleep('1 hour')]);";
const awaited = "await wf.condition(() => approvals.length > 0, '1 day');";
const fraud = "if (wf.patched('fraud')) {";
const memo = "wf.upsertMemo({ step: 'reserved' });";
const attribute = 'wf.upsertSearchAttributes({ CustomKeywordField: [id] });';
const next = 'await wf.continueAsNew<typeof order>({ id, run: run + 1 });';
const price = 'const price = await local.priceOf(id);';
const options = "{ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } }";

const activity = (name: string) => `ActivityTaskScheduled ${name}`;
const diverges = (
  name: string,
  change: Edit['change'],
  expected: string,
  actual: string,
  more: Partial<Edit> = {},
): Edit => ({ name, change, status: 'nondeterminism', expected, actual, ...more });
const drifts = (name: string, change: Edit['change'], path: string, more: Partial<Edit> = {}): Edit => ({
  name,
  change,
  status: 'drift',
  path,
  ...more,
});
const passes = (name: string, change: Edit['change'], more: Partial<Edit> = {}): Edit => ({
  name,
  change,
  status: 'pass',
  ...more,
});

/** What people do to a workflow, and what replay must say of it. */
export const edits: readonly Edit[] = [
  passes('nothing changed', []),
  // Activities
  diverges(
    'activity added at the start',
    [[reserve, `await acts.askFraudDesk(id); //!\n  ${reserve}`]],
    activity('reserveStock'),
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'activity added in the middle',
    [[charge, `await acts.askFraudDesk(id); //!\n  ${charge}`]],
    activity('chargeCard'),
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'activity removed',
    [
      [charge, ''],
      [nap, `${nap} //!`],
    ],
    activity('chargeCard'),
    'StartTimer 0.05s',
  ),
  diverges(
    'activity renamed',
    [[charge, 'await acts.askFraudDesk(price); //!']],
    activity('chargeCard'),
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'activities swapped',
    [
      [charge, `${nap} //!`],
      [`  ${nap}\n  await wf.exec`, `  ${charge}\n  await wf.exec`],
    ],
    activity('chargeCard'),
    'StartTimer 0.05s',
  ),
  diverges(
    'activity turned into a timer',
    [[charge, "await wf.sleep('1 day'); //!"]],
    activity('chargeCard'),
    'StartTimer 86400s',
  ),
  diverges(
    'activity turned into a local activity',
    [[charge, 'await local.chargeCard(price); //!']],
    activity('chargeCard'),
    'no command',
  ),
  diverges(
    'activity cancelled no more',
    [
      ['scope.cancel();', ''],
      ['await labelled.catch', 'await labelled.catch /* //! */'],
    ],
    'ActivityTaskCancelRequested',
    'no command',
  ),
  diverges(
    'activity begun later',
    [
      ['await acts.packParcel(id);\n  scope', 'await acts.packParcel(id); //!\n  scope'],
      ['const labelled = scope.run(() => acts.printLabel(id));', ''],
      ['scope.cancel();', 'const labelled = scope.run(() => acts.printLabel(id));\n  scope.cancel();'],
    ],
    activity('printLabel'),
    'ScheduleActivity packParcel',
  ),
  diverges(
    'activity put behind a random choice',
    [[charge, `if (Math.random() >= 0) await acts.askFraudDesk(price); //!\n  ${charge}`]],
    activity('chargeCard'),
    'ScheduleActivity askFraudDesk',
  ),
  drifts('argument changed', [[charge, 'await acts.chargeCard(`${price}!`); //!']], 'args[0]'),
  drifts('argument added', [[charge, 'await acts.chargeCard(price, 7); //!']], 'args[1]'),
  drifts('argument removed', [[reserve, 'await acts.reserveStock(id); //!']], 'args[1]'),
  drifts('number changed', [[reserve, 'await acts.reserveStock(id, 3); //!']], 'args[1]'),
  drifts(
    'timeout changed',
    [
      [options, "{ startToCloseTimeout: '2 minutes', retry: { maximumAttempts: 3 } }"],
      [reserve, `${reserve} //!`],
    ],
    'startToCloseTimeout',
  ),
  drifts(
    'timeout added',
    [
      [options, "{ startToCloseTimeout: '1 minute', scheduleToCloseTimeout: '1 hour', retry: { maximumAttempts: 3 } }"],
      [reserve, `${reserve} //!`],
    ],
    'scheduleToCloseTimeout',
  ),
  drifts(
    'heartbeat timeout added',
    [
      [options, "{ startToCloseTimeout: '1 minute', heartbeatTimeout: '5s', retry: { maximumAttempts: 3 } }"],
      [reserve, `${reserve} //!`],
    ],
    'heartbeatTimeout',
  ),
  drifts(
    'retry policy changed',
    [
      [options, "{ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 4 } }"],
      [reserve, `${reserve} //!`],
    ],
    'retry.maximumAttempts',
  ),
  drifts(
    'retry policy removed',
    [
      [options, "{ startToCloseTimeout: '1 minute' }"],
      [reserve, `${reserve} //!`],
    ],
    'retry.maximumAttempts',
  ),
  drifts(
    'task queue changed',
    [
      [options, "{ startToCloseTimeout: '1 minute', taskQueue: 'other', retry: { maximumAttempts: 3 } }"],
      [reserve, `${reserve} //!`],
    ],
    'taskQueue',
  ),
  // Local activities
  diverges(
    'local activity renamed',
    [[price, 'const price = await local.askFraudDesk(id); //!']],
    'MarkerRecorded local activity priceOf',
    'ScheduleLocalActivity askFraudDesk',
  ),
  diverges(
    'local activity turned into an activity',
    [[price, 'const price = await acts.priceOf(id); //!']],
    'MarkerRecorded local activity priceOf',
    'ScheduleActivity priceOf',
  ),
  diverges(
    'local activity removed',
    [
      [price, "const price = 'free';"],
      [reserve, `${reserve} //!`],
    ],
    'MarkerRecorded local activity priceOf',
    'no command',
    { noLine: true },
  ),
  diverges(
    'local activity never reached',
    [[price, `await wf.condition(() => approvals.length > 9); //!\n  ${price}`]],
    'MarkerRecorded local activity priceOf',
    'no command',
  ),
  // Timers
  diverges(
    'timer added',
    [[reserve, `await wf.sleep(5); //!\n  ${reserve}`]],
    activity('reserveStock'),
    'StartTimer 0.005s',
  ),
  diverges(
    'timer removed',
    [
      [nap, ''],
      [child, `${child} //!`],
    ],
    'TimerStarted',
    'StartChildWorkflow receipt (id order-closed-receipt)',
  ),
  diverges(
    'timer turned into an activity',
    [[nap, 'await acts.askFraudDesk(id); //!']],
    'TimerStarted',
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'time limit of a condition removed',
    [[awaited, 'await wf.condition(() => approvals.length > 0); //!']],
    'TimerStarted',
    'no command',
  ),
  drifts('timer longer', [[nap, 'await wf.sleep(60); //!']], 'duration'),
  drifts(
    'time limit of a condition longer',
    [[awaited, "await wf.condition(() => approvals.length > 0, '2 days'); //!"]],
    'duration',
  ),
  drifts('timer of an update handler longer', [['await wf.sleep(30);', 'await wf.sleep(31); //!']], 'duration'),
  // Order of promises
  diverges(
    'race awaited one after the other',
    [[race, "await acts.packParcel(id); //!\n  await wf.sleep('1 hour');"]],
    'TimerStarted',
    'no command',
  ),
  diverges(
    'race turned round',
    [[race, "await Promise.race([wf.sleep('1 hour'), acts.packParcel(id)]); //!"]],
    activity('packParcel'),
    'StartTimer 3600s',
  ),
  diverges(
    'race turned into all',
    [[race, "await Promise.all([acts.packParcel(id), wf.sleep('1 hour')]); //!"]],
    'TimerStarted',
    'no command',
  ),
  // Children and other workflows
  diverges(
    'child removed',
    [
      [child, ''],
      [entry, `${entry} //!`],
    ],
    'StartChildWorkflowExecutionInitiated receipt (id order-closed-receipt)',
    'SignalExternalWorkflow entry',
  ),
  diverges(
    'child of another type',
    [[child, child.replace('receipt,', 'ledger,').replace('args: [price]', 'args: []') + ' //!']],
    'StartChildWorkflowExecutionInitiated receipt (id order-closed-receipt)',
    'StartChildWorkflow ledger (id order-closed-receipt)',
  ),
  diverges(
    'child with another id',
    [[child, `${child.replace('-receipt', '-invoice')} //!`]],
    'StartChildWorkflowExecutionInitiated receipt (id order-closed-receipt)',
    'StartChildWorkflow receipt (id order-closed-invoice)',
  ),
  diverges(
    'child added',
    [[charge, `await wf.executeChild(receipt, { workflowId: 'more', args: [price] }); //!\n  ${charge}`]],
    activity('chargeCard'),
    'StartChildWorkflow receipt (id more)',
  ),
  drifts("child's argument changed", [[child, `${child.replace('[price]', "['free']")} //!`]], 'args[0]'),
  drifts(
    "child's policy changed",
    [[child, `${child.replace('args:', "parentClosePolicy: 'ABANDON', args:")} //!`]],
    'parentClosePolicy',
  ),
  diverges(
    'signal to a workflow removed',
    [
      [entry, ''],
      [audit, `${audit} //!`],
    ],
    'SignalExternalWorkflowExecutionInitiated entry',
    'CancelExternalWorkflow',
  ),
  drifts('signal to a workflow of another name', [[entry, `${entry.replace("'entry'", "'note'")} //!`]], 'signalName'),
  drifts('signal to another workflow', [[entry, `${entry.replace("'ledger'", "'ledger-2'")} //!`]], 'workflowId'),
  drifts('signal with another argument', [[entry, `${entry.replace('id)', '`${id}!`)')} //!`]], 'args[0]'),
  diverges(
    'cancellation of a workflow added',
    [[entry, `await wf.getExternalWorkflowHandle('ledger').cancel(); //!\n  ${entry}`]],
    'SignalExternalWorkflowExecutionInitiated entry',
    'CancelExternalWorkflow',
  ),
  diverges(
    'cancellation of a workflow removed',
    [
      [audit, ''],
      [assess, `${assess} //!`],
    ],
    'RequestCancelExternalWorkflowExecutionInitiated',
    'ScheduleNexusOperation assess',
  ),
  drifts('cancellation of another workflow', [[audit, `${audit.replace('auditor', 'ledger')} //!`]], 'workflowId'),
  // Nexus operations
  diverges(
    'operation added',
    [[charge, `await desk.executeOperation('assess', id); //!\n  ${charge}`]],
    activity('chargeCard'),
    'ScheduleNexusOperation assess',
  ),
  diverges(
    'operation removed',
    [
      [assess, ''],
      ['const surveys', 'await acts.askFraudDesk(id); //!\n  const surveys'],
    ],
    'NexusOperationScheduled assess',
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'operation turned into an activity',
    [[assess, 'await acts.askFraudDesk(id); //!']],
    'NexusOperationScheduled assess',
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'operation cancelled no more',
    [
      ['surveys.cancel();', ''],
      ['await survey.result()', 'await survey.result() /* //! */'],
    ],
    'NexusOperationCancelRequested',
    'no command',
  ),
  drifts('another operation', [[assess, `${assess.replace("'assess'", "'survey'")} //!`]], 'operation'),
  drifts("operation's input changed", [[assess, `${assess.replace('id,', '`${id}!`,')} //!`]], 'input'),
  diverges(
    'operation begun after another command',
    [[survey, `await acts.askFraudDesk(id); //!\n  ${survey}`]],
    'NexusOperationScheduled survey',
    'ScheduleActivity askFraudDesk',
  ),
  drifts(
    "operation's timeout changed",
    [[assess, `${assess.replace('1 minute', '2 seconds')} //!`]],
    'scheduleToCloseTimeout',
  ),
  // Attributes and memo
  diverges(
    'search attributes removed',
    [
      [attribute, ''],
      [reserve, `${reserve} //!`],
    ],
    'UpsertWorkflowSearchAttributes',
    'ScheduleActivity reserveStock',
  ),
  diverges(
    'search attributes added',
    [[charge, `wf.upsertSearchAttributes({ CustomKeywordField: ['x'] }); //!\n  ${charge}`]],
    activity('chargeCard'),
    'UpsertSearchAttributes',
  ),
  diverges(
    'memo removed',
    [
      [memo, ''],
      [charge, `${charge} //!`],
    ],
    'WorkflowPropertiesModified',
    'ScheduleActivity chargeCard',
  ),
  diverges('memo added', [[nap, `wf.upsertMemo({ step: 'charged' }); //!\n  ${nap}`]], 'TimerStarted', 'ModifyMemo'),
  drifts(
    'search attribute of another value',
    [[attribute, "wf.upsertSearchAttributes({ CustomKeywordField: ['x'] }); //!"]],
    'searchAttributes.CustomKeywordField[0]',
  ),
  drifts('memo of another value', [[memo, "wf.upsertMemo({ step: 'held' }); //!"]], 'memo.step'),
  drifts('memo with another key', [[memo, "wf.upsertMemo({ step: 'reserved', by: 'x' }); //!"]], 'memo.by'),
  // Patches
  diverges(
    'patch removed with its code',
    [
      [`  ${fraud}\n    await acts.checkFraud(id);\n  }\n`, ''],
      [memo, `${memo} //!`],
    ],
    'MarkerRecorded fraud',
    'ModifyMemo',
  ),
  diverges(
    'patch removed, its code kept',
    [
      [fraud, '{'],
      ['await acts.checkFraud(id);', 'await acts.checkFraud(id); //!'],
    ],
    'MarkerRecorded fraud',
    'ScheduleActivity checkFraud',
  ),
  diverges(
    'patch under another id',
    [
      [fraud, "if (wf.patched('fraud-2')) {"],
      [memo, `${memo} //!`],
    ],
    'MarkerRecorded fraud',
    'ModifyMemo',
  ),
  diverges(
    'patch turned round',
    [
      [fraud, "if (!wf.patched('fraud')) {"],
      [memo, `${memo} //!`],
    ],
    activity('checkFraud'),
    'ModifyMemo',
  ),
  passes('patch deprecated', [[fraud, "wf.deprecatePatch('fraud');\n  {"]]),
  passes('change behind a new patch', [[charge, `if (wf.patched('desk')) await acts.askFraudDesk(id);\n  ${charge}`]]),
  // Handlers
  diverges(
    'signal handler gone',
    [
      ['wf.setHandler(approve, (by) => {\n    approvals.push(by);\n  });', ''],
      [awaited, `${awaited} //!`],
    ],
    'TimerCanceled',
    'no command',
  ),
  diverges(
    'signal handler awaits',
    [['approvals.push(by);', 'void acts.askFraudDesk(by); //!\n    approvals.push(by);']],
    'TimerCanceled',
    'ScheduleActivity askFraudDesk',
  ),
  diverges(
    'update handler gone',
    [
      ['wf.setHandler(\n    rename,\n    async (wanted) => {', 'void (\n    async (wanted: string) => {'],
      ['    { validator: refuseEmpty },\n', ''],
      [
        'name = wanted;\n      return `renamed to ${name}`;\n    },',
        'name = wanted;\n      return `renamed to ${name}`;\n    }',
      ],
    ],
    'WorkflowExecutionUpdateAccepted',
    'RejectUpdate',
    { noLine: true },
  ),
  diverges("update handler's timer gone", [['await wf.sleep(30);', '']], 'TimerStarted', 'AnswerUpdate', {
    noLine: true,
  }),
  drifts('update answers otherwise', [['return `renamed to ${name}`;', 'return `now ${name}`;']], 'result', {
    noLine: true,
  }),
  passes('validator refuses what was accepted', [["if (wanted === '')", 'if (wanted)']]),
  passes('query answers otherwise', [['wf.setHandler(state, () => name);', 'wf.setHandler(state, () => id);']]),
  // The end
  diverges(
    'returns instead of continuing as new',
    [[next, "return 'done'; //!"]],
    'WorkflowExecutionContinuedAsNew',
    'CompleteWorkflow',
    { noLine: true },
  ),
  diverges(
    'throws instead of continuing as new',
    [[next, "throw wf.ApplicationFailure.nonRetryable('enough'); //!"]],
    'WorkflowExecutionContinuedAsNew',
    'FailWorkflow',
  ),
  drifts('continues with another argument', [[next, `${next.replace('run + 1', 'run + 2')} //!`]], 'args[0].run'),
  drifts(
    'continues as another type',
    [[next, "await wf.makeContinueAsNewFunc<typeof order>({ workflowType: 'purchase' })({ id, run: run + 1 }); //!"]],
    'workflowType',
  ),
  diverges(
    'continues as new instead of returning',
    [
      ['if (run < 2) {', 'if (run < 3) {'],
      [next, `${next} //!`],
    ],
    'WorkflowExecutionCompleted',
    'ContinueAsNew',
    { history: 'second run' },
  ),
  drifts('another result', [['return `${name} for ${price}`;', 'return `${name}: ${price}`;']], 'result', {
    history: 'second run',
    noLine: true,
  }),
  diverges(
    'clean-up of a cancellation gone',
    [
      ['    await wf.CancellationScope.nonCancellable(() => acts.refund(id));\n', ''],
      ['throw error;', 'throw error; //!'],
    ],
    activity('refund'),
    'CancelWorkflow',
    { history: 'cancelled', noLine: true },
  ),
  diverges(
    'clean-up of a cancellation changed',
    [['acts.refund(id)', 'acts.askFraudDesk(id) /* //! */']],
    activity('refund'),
    'ScheduleActivity askFraudDesk',
    { history: 'cancelled' },
  ),
  passes('changed behind the end of what is recorded', [[next, "return 'done';"]], { history: 'open' }),
  { name: 'an error thrown', change: [[charge, "throw new Error('no price'); //!"]], status: 'failed' },
];
