import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { decodeActivation, encodeActivation, encodeCompletion } from '../proto';
import type { Activation, Completion } from '../proto';
import type { HistoryFacts } from './history-facts';
import type { ExecutionFacts } from './workflow-recorder';

/**
 * What the core did in a replay that it passed: the options of the workflow, each activation, and a digest of what the code
 * answered to it.
 *
 * What the core does next follows from the history and from the answers that it has had. So code that gives the same answers passes
 * as well, without a core to ask; at the first other answer the tape says nothing more.
 */
export interface Tape {
  options: object;
  steps: Step[];
  execution: ExecutionFacts;
  history: HistoryFacts;
  /** The commands say otherwise than the history: each replay tells anew where. */
  drifts: boolean;
}

export interface Step {
  activation: Uint8Array;
  answer: string;
}

const schema = 'longhaul.tape/1';

/** Parts of `info.unsafe` that hold functions, and which the sandbox makes itself. */
const madeAnew = new Set(['now', 'random']);

/** Takes down a replay while it goes on. */
export class TapeWriter {
  private tape: Pick<Tape, 'options' | 'steps'> | undefined;
  private spoilt = false;

  /** As the SDK copies them to its own threads. */
  create(options: unknown): void {
    const { info, ...rest } = options as { info: { unsafe?: object } };
    const unsafe = Object.fromEntries(Object.entries(info.unsafe ?? {}).filter(([name]) => !madeAnew.has(name)));
    // More than one workflow, or one that begins anew, is not what a tape can hold.
    this.spoilt ||= this.tape !== undefined;
    this.tape = { options: { ...rest, info: { ...info, unsafe } }, steps: [] };
  }

  async activate(
    activation: Activation,
    activate: (activation: Activation) => Promise<Completion>,
  ): Promise<Completion> {
    const encoded = encodeActivation(activation);
    const completion = await activate(activation);
    this.tape?.steps.push({ activation: encoded, answer: answerOf(completion) });
    return completion;
  }

  /** A tape that can't be kept costs time, and nothing else. */
  save(path: string, more: Omit<Tape, 'options' | 'steps'>): void {
    if (!this.tape || this.spoilt || this.tape.steps.length === 0) return;
    try {
      const draft = `${path}.${process.pid}.tmp`;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(draft, serialize({ schema, ...this.tape, ...more }));
      renameSync(draft, path);
    } catch {
      // A read-only checkout, a full disk, options that can't be copied.
    }
  }
}

/** Undefined if there is none, or none that can be read. */
export function readTape(path: string): Tape | undefined {
  try {
    const tape = deserialize(readFileSync(path)) as Tape & { schema?: unknown };
    return tape.schema === schema ? tape : undefined;
  } catch {
    return undefined;
  }
}

/** Anew for each use: an activation is changed by the workflow that takes it. */
export const activationOf = ({ activation }: Step): Activation => decodeActivation(activation);

/** A digest of all that an activation came to, but for stacks of failures: they hold line numbers, and the core reads none. */
export function answerOf(completion: Completion): string {
  const commands = completion.successful?.commands?.map((command) => {
    const { failWorkflowExecution: failed, updateResponse: update } = command;
    if (failed?.failure)
      return { ...command, failWorkflowExecution: { ...failed, failure: withoutStack(failed.failure) } };
    if (update?.rejected) return { ...command, updateResponse: { ...update, rejected: withoutStack(update.rejected) } };
    return command;
  });
  const { successful } = completion;
  const told = successful && commands ? { ...completion, successful: { ...successful, commands } } : completion;
  return createHash('sha256').update(encodeCompletion(told)).digest('base64');
}

type Failure = NonNullable<Completion['failed']>['failure'];

function withoutStack<F extends NonNullable<Failure>>(failure: F): F {
  return { ...failure, stackTrace: '', ...(failure.cause && { cause: withoutStack(failure.cause) }) };
}
