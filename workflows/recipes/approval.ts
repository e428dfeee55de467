import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  log,
  patched,
  setHandler,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import type { Duration } from '../duration';
import { longhaulFailure } from '../failure';
import { inbox } from '../inbox';
import type { Inbox, InboxDeclaration } from '../inbox';
import { checkFunction, checkKnown, checkOneOf, shown } from '../options';
import { workflowNow } from '../workflow-now';
import { checkRecipe, entryOf, milliseconds, drain, pause, recipeState, wholeNumber } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** What an approver sends. */
export interface Answer {
  by: string;
  decision: 'approve' | 'reject';
  comment?: string;
  /** Tells an answer that is sent again, since its reply was lost, from a second one. */
  id?: string;
}

/** A ready signal for answers; any other with an `Answer` does as well. */
export const answerSignal = defineSignal<[Answer]>('longhaul.answer');

/** What became of an answer, for who sends it as an update. */
export interface AnswerReceipt {
  counts: boolean;
  /** Why it does not count. */
  why?: string;
  decision: 'approved' | 'rejected' | null;
}

/** A ready update for answers. */
export const answerUpdate = defineUpdate<AnswerReceipt, [Answer]>('longhaul.answerUpdate');

/**
 * An inbox that tells each approver what became of the answer; `submit` of `longhaul/client` sends one, over rollovers.
 *
 * An answer with the id of an earlier one, or without ids of the same approver and decision, gets the reply that that one had. Where
 * approvers may change their mind more than once, give ids.
 */
export function answerInbox(): InboxDeclaration<Answer, AnswerReceipt> {
  const by = ({ id, by: who, decision }: Answer) => id ?? `${who} ${decision}`;
  return inbox(answerUpdate, { reply: 'done', dedupe: { by } });
}

/** Where an approval stands, by its key; null where the body has not come to one of that key. A query records nothing. */
export const approvalQuery = defineQuery<ApprovalView | null, [key: string]>('longhaul.approval');

export interface ApprovalOptions {
  /** Where answers arrive, by a signal or by an update that answers; no other approval reads it. */
  inbox: Inbox<Answer> | Inbox<Answer, AnswerReceipt>;

  /** Who may answer. */
  approvers: readonly string[];

  /** How many of them must approve. @default 'all' */
  quorum?: 'all' | 'any' | number;

  /** Whether one rejection is enough. Else it is rejected as soon as the quorum is out of reach. @default false */
  veto?: boolean;

  /** Whether an approver may answer again with another decision while it is open. @default false */
  mayChange?: boolean;

  /** How long they have, over all runs. */
  deadline: Duration;

  /** What holds when nothing is decided by then: a decision, or a failure `LonghaulDeadline`. @default 'reject' */
  atDeadline?: 'approve' | 'reject' | 'fail';

  /** Reminds those who have not answered, until it is decided. @default none */
  reminders?: {
    /** How long after the start each is sent. */
    at?: readonly Duration[];
    /** How far apart they are, in place of `at`. */
    every?: Duration;
    /** Sends one: an activity. A failure is noted in the audit trail and ends nothing. */
    send: (waitingFor: string[], reminder: number) => Promise<unknown>;
  };
}

/** One line of the audit trail. */
export interface ApprovalEvent {
  /** Milliseconds since the epoch. */
  at: number;
  what: 'asked' | 'answered' | 'ignored' | 'reminded' | 'reminder failed' | 'decided';
  by?: string;
  decision?: 'approve' | 'reject';
  comment?: string;
  why?: string;
}

export interface ApprovalView {
  decision: 'approved' | 'rejected' | null;
  /** What decided: the answers, or the deadline. */
  decidedBy: 'answers' | 'deadline' | null;
  deadlineAt: number;
  waitingFor: string[];
  audit: ApprovalEvent[];
}

export interface ApprovalResult extends ApprovalView {
  decision: 'approved' | 'rejected';
  decidedBy: 'answers' | 'deadline';
}

interface ApprovalState {
  version: 1;
  approvers: string[];
  needed: number;
  veto: boolean;
  askedAt: number;
  deadlineAt: number;
  reminders: number;
  decision?: 'approved' | 'rejected' | 'none';
  decidedBy?: 'answers' | 'deadline';
  answers: Record<string, 'approve' | 'reject'>;
  audit: ApprovalEvent[];
}

const ignoredKept = 200;

/**
 * Asks several approvers and waits for their decision, over rollovers, up to a deadline.
 *
 * Who approves, how many are needed and until when belong to the approval when it begins: a deployment does not change them.
 * Answers are taken while reminders are sent and, as late ones, after the decision: nobody's click is lost, and the audit trail
 * says what became of each. An answer that reached the workflow before the task in which its deadline passed is in time, also
 * when no worker was there meanwhile.
 *
 * @param key Tells this approval from others of the same body, and names it to `approvalQuery`.
 * @returns the decision with its audit trail; in each later run the same one.
 * @throws ApplicationFailure `LonghaulDeadline`, non-retryable, at the deadline with `atDeadline: 'fail'`.
 * @remarks Records one timer until the next reminder or the deadline, one more after each reminder, and the reminders' activities.
 *   Adding or removing a call in a deployed workflow needs `patched()`. Costs one Temporal Cloud action per answer (a signal)
 *   and two per reminder.
 */
export async function approval(run: RecipeRun, key: string, options: ApprovalOptions): Promise<ApprovalResult> {
  checkApproval(options);
  const { deadline, atDeadline = 'reject', mayChange = false, reminders } = options;
  // Where it answers nobody, what its handler returns is nobody's.
  const answers = options.inbox as Inbox<Answer, AnswerReceipt>;
  const reminderAt = reminderTimes(reminders);
  const state = recipeState<ApprovalState>(run, 'approval', key, () => begin(options, deadline));
  answerQueries(run, key, state);

  while (state.decision === undefined) {
    const nextReminder = state.askedAt + reminderAt(state.reminders);
    const at = Math.min(state.deadlineAt, nextReminder);
    await drain(answers, (answer) => take(state, answer, mayChange));
    if (decided(state)) break;
    const now = workflowNow();
    if (now >= state.deadlineAt) {
      decide(state, atDeadline === 'fail' ? 'none' : atDeadline === 'approve' ? 'approved' : 'rejected', 'deadline');
    } else if (now >= nextReminder) {
      // Where sending takes as long as the next one is away a rollover would wait for each. Older code did not look.
      if (run.rollOverDue && patched('longhaul.remind')) await run.safePoint();
      // Those that an outage skipped are not made up for: one mail is as good as three.
      while (state.askedAt + reminderAt(state.reminders) <= now) state.reminders += 1;
      await run.hold(() => remind(state, reminders?.send));
    } else {
      await pause(run, { at, wake: () => answers.depth > 0 });
    }
  }
  await drain(answers, (answer) => take(state, answer, mayChange));
  void takeLate(run, answers, (answer) => take(state, answer, mayChange)).catch(ended);

  if (state.decision === 'none') {
    throw longhaulFailure(
      'LonghaulDeadline',
      `Nobody decided '${key}' in time; waited for ${waitingFor(state).join(', ')}`,
      {
        details: [{ deadline, waitingFor: waitingFor(state), audit: state.audit }],
      },
    );
  }
  return view(state) as ApprovalResult;
}

const known = ['inbox', 'approvers', 'quorum', 'veto', 'mayChange', 'deadline', 'atDeadline', 'reminders'];

function checkApproval(options: ApprovalOptions): void {
  checkRecipe('approval', options, known);
  const { approvers, quorum = 'all', atDeadline = 'reject', reminders } = options;
  if (!Array.isArray(approvers)) throw new TypeError(`approval: approvers is ${shown(approvers)}; use a list of names`);
  if (typeof quorum !== 'number') checkOneOf('approval: quorum', quorum, ['a whole number', 'all', 'any']);
  checkOneOf('approval: atDeadline', atDeadline, ['approve', 'reject', 'fail']);
  checkKnown('approval', 'reminders', reminders, ['at', 'every', 'send']);
  if (reminders) checkFunction('approval: reminders.send', reminders.send, 'the activity that sends one');
}

function begin({ approvers, quorum = 'all', veto = false }: ApprovalOptions, deadline: Duration): ApprovalState {
  const names = [...new Set(approvers)];
  if (names.length === 0) throw new TypeError('approval: approvers is empty; name at least one');
  const needed =
    quorum === 'all' ? names.length : quorum === 'any' ? 1 : wholeNumber('approval', 'quorum', quorum, 1, names.length);
  const now = workflowNow();
  return {
    version: 1,
    approvers: names,
    needed,
    veto,
    askedAt: now,
    deadlineAt: now + milliseconds('approval', 'deadline', deadline),
    reminders: 0,
    answers: {},
    audit: [{ at: now, what: 'asked' }],
  };
}

/** When reminder n is due, from the start. */
function reminderTimes(reminders: ApprovalOptions['reminders']): (reminder: number) => number {
  if (reminders === undefined) return () => Infinity;
  const { at, every } = reminders;
  if ((at === undefined) === (every === undefined)) {
    throw new TypeError('approval: reminders needs either at or every, to know when to send one');
  }
  if (every !== undefined) {
    const length = milliseconds('approval', 'reminders.every', every);
    return (reminder) => length * (reminder + 1);
  }
  const times = (at ?? []).map((time) => milliseconds('approval', 'reminders.at', time));
  times.sort((one, other) => one - other);
  return (reminder) => times[reminder] ?? Infinity;
}

/** Notes an answer, and what became of it. */
function take(state: ApprovalState, answer: Answer, mayChange: boolean): AnswerReceipt {
  const { by, decision, comment } = readAnswer(answer);
  const note = (what: 'answered' | 'ignored', why?: string): AnswerReceipt => {
    const event: ApprovalEvent = { at: workflowNow(), what };
    if (by !== undefined) event.by = by;
    if (decision !== undefined) event.decision = decision;
    if (comment !== undefined) event.comment = comment;
    if (why !== undefined) event.why = why;
    append(state, event);
    return { counts: what === 'answered', ...(why === undefined ? {} : { why }), decision: view(state).decision };
  };
  if (by === undefined || decision === undefined) return note('ignored', 'no answer: it needs by and decision');
  if (!state.approvers.includes(by)) return note('ignored', 'not an approver');
  const before = Object.hasOwn(state.answers, by) ? state.answers[by] : undefined;
  if (before === decision) return note('ignored', 'duplicate');
  if (state.decision !== undefined) return note('ignored', 'late');
  if (before !== undefined && !mayChange) return note('ignored', 'answered before');
  entryOf(state.answers, by, () => decision);
  state.answers[by] = decision;
  note('answered');
  const given = Object.values(state.answers);
  const rejections = given.filter((other) => other === 'reject').length;
  if (given.length - rejections >= state.needed) decide(state, 'approved', 'answers');
  else if (rejections > 0 && (state.veto || state.approvers.length - rejections < state.needed)) {
    decide(state, 'rejected', 'answers');
  }
  return { counts: true, decision: view(state).decision };
}

/** What a signal carries is what somebody sent: any shape. */
function readAnswer(answer: unknown): Partial<Answer> {
  const { by, decision, comment } = (answer ?? {}) as Record<string, unknown>;
  return {
    ...(typeof by === 'string' ? { by } : {}),
    ...(decision === 'approve' || decision === 'reject' ? { decision } : {}),
    ...(typeof comment === 'string' ? { comment } : {}),
  };
}

function append(state: ApprovalState, event: ApprovalEvent): void {
  state.audit.push(event);
  if (event.what !== 'ignored') return;
  // Anybody may send any number of answers that don't count; the trail travels with each rollover.
  const ignored = state.audit.filter(({ what }) => what === 'ignored');
  if (ignored.length > ignoredKept) state.audit.splice(state.audit.indexOf(ignored[0] as ApprovalEvent), 1);
}

function decide(
  state: ApprovalState,
  decision: NonNullable<ApprovalState['decision']>,
  by: 'answers' | 'deadline',
): void {
  state.decision = decision;
  state.decidedBy = by;
  const event: ApprovalEvent = { at: workflowNow(), what: 'decided', why: by };
  if (decision !== 'none') event.decision = decision === 'approved' ? 'approve' : 'reject';
  append(state, event);
}

const decided = ({ decision }: ApprovalState): boolean => decision !== undefined;

async function remind(
  state: ApprovalState,
  send: (waitingFor: string[], reminder: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const open = waitingFor(state);
  try {
    await send(open, state.reminders);
    append(state, { at: workflowNow(), what: 'reminded', why: `waiting for ${open.join(', ')}` });
  } catch (error) {
    if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
    append(state, { at: workflowNow(), what: 'reminder failed', why: error.cause?.message ?? error.message });
  }
}

/** Takes answers that come after the decision, without ever ending the run: the body may be anywhere by then. */
async function takeLate(
  run: RecipeRun,
  inbox: Inbox<Answer, AnswerReceipt>,
  late: (answer: Answer) => AnswerReceipt,
): Promise<never> {
  for (;;) {
    await condition(() => inbox.depth > 0 && !run.rollOverDue);
    await drain(inbox, late);
  }
}

function ended(error: unknown): void {
  if (!isCancellation(error)) log.error('longhaul: late answers are no longer taken', { error });
}

function waitingFor({ approvers, answers }: ApprovalState): string[] {
  return approvers.filter((name) => !Object.hasOwn(answers, name));
}

function view(state: ApprovalState): ApprovalView {
  const { decision, decidedBy = null, deadlineAt, audit } = state;
  return {
    decision: decision === undefined || decision === 'none' ? null : decision,
    decidedBy,
    deadlineAt,
    waitingFor: waitingFor(state),
    audit: [...audit],
  };
}

/** One handler serves all approvals of a body. */
function answerQueries(run: RecipeRun, key: string, state: ApprovalState): void {
  const known = approvals.get(run) ?? new Map<string, ApprovalState>();
  approvals.set(run, known.set(key, state));
  setHandler(approvalQuery, (asked) => {
    const found = known.get(asked);
    return found ? view(found) : null;
  });
}

const approvals = new WeakMap<object, Map<string, ApprovalState>>();
