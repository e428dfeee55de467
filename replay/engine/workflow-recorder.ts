import type { Command, Completion } from '../proto';
import { type Activator, isSandboxedWorkflow, type SandboxedWorkflow, type WorkflowCreator } from './sdk-internals';
import type { TapeWriter } from './tape';

/** Frames to keep for a command: the SDK's own take about ten, interceptors some more. */
const frames = 50;

export interface IssuedCommand {
  command: Command;
  /** Length of the history that the workflow task saw, which tells the task. */
  historyLength: number;
  /** Where it was issued. Reading `stack` is what costs, so it is kept unread. */
  origin: { stack?: string };
}

/** What one execution did while it was replayed. */
export interface Recording {
  commands: IssuedCommand[];
  /** Length of the history that the last workflow task saw. */
  reached: number;
  /** The failure of a workflow task, other than nondeterminism. */
  failure?: { message: string; stack: string };
  /** Stacks of the promises that the workflow waited on at its end; only with promise stacks on. */
  waiting: string[];
  /** Stacks of the latest promises, newest first, with promise stacks on: the last lines known to have run. */
  latest: string[];
  /** Names of the functions that the workflow file exports. */
  exported: string[];
  handlers: Handlers;
  /** Names of the signals that waited for a handler after the last activation, one for each signal. */
  unhandled: string[];
  /** Which answer `patched` gave for each id that was asked. */
  patches: Map<string, Set<boolean>>;
}

/** Names for which the workflow has a handler. */
export interface Handlers {
  signals: Set<string>;
  updates: Set<string>;
  queries: Set<string>;
}

/** What a history tells of its execution and Core does not hand on in a replay. */
export interface ExecutionFacts {
  taskQueue?: string;
  namespace?: string;
}

export interface HowToRecord {
  /** Takes down what the core does. */
  tape?: TapeWriter | undefined;
  /** Where commands are issued is of no interest. */
  noOrigins?: boolean;
}

/** Watches the workflows that a creator makes. `current` is the execution being replayed; replay takes one at a time. */
export class WorkflowRecorder {
  current: Recording = blank();
  private facts: ExecutionFacts = {};
  private how: HowToRecord = {};

  start(facts: ExecutionFacts = {}, how: HowToRecord = {}): void {
    this.current = blank();
    this.facts = facts;
    this.how = how;
  }

  watch(creator: WorkflowCreator): void {
    const create = creator.createWorkflow.bind(creator);
    creator.createWorkflow = async (options) => {
      const recording = this.current;
      const { how } = this;
      how.tape?.create(options);
      try {
        const workflow = await create(withFacts(options, this.facts));
        if (isSandboxedWorkflow(workflow)) record(workflow, recording, how);
        return workflow;
      } catch (error) {
        recording.failure = { message: messageOf(error), stack: stackOf(error) };
        throw error;
      } finally {
        recording.exported = exportsOf(creator);
      }
    };
  }
}

/** A replay runs on a task queue of its own; code that reads it, as each child workflow does, must see the recorded one. */
function withFacts(options: unknown, { taskQueue, namespace }: ExecutionFacts): unknown {
  const { info, ...rest } = (options ?? {}) as { info?: object };
  if (typeof info !== 'object') return options;
  return { ...rest, info: { ...info, ...(taskQueue && { taskQueue }), ...(namespace && { namespace }) } };
}

type Wrap = (note: (error: unknown) => void, handle: (error: unknown) => void) => (error: unknown) => void;

function blank(): Recording {
  const handlers = { signals: new Set<string>(), updates: new Set<string>(), queries: new Set<string>() };
  return {
    commands: [],
    reached: 0,
    waiting: [],
    latest: [],
    exported: [],
    handlers,
    unhandled: [],
    patches: new Map(),
  };
}

function record(workflow: SandboxedWorkflow, recording: Recording, { tape, noOrigins }: HowToRecord): void {
  const { activator } = workflow;
  let thrown: unknown;

  const push = activator.pushCommand.bind(activator);
  activator.pushCommand = (command, complete) => {
    const origin = noOrigins ? {} : originOf(command, thrown);
    recording.commands.push({ command, historyLength: recording.reached, origin });
    push(command, complete);
  };

  // A workflow that ends by throwing, as continue-as-new does, issues its last command with none of its frames left. The
  // SDK hands this method to a promise, and the handler's own realm decides in which queue it runs: one made out here
  // would run after the activation.
  if (typeof activator.handleWorkflowFailure === 'function') {
    const handle = activator.handleWorkflowFailure.bind(activator);
    const inSandbox = activator.constructor.constructor as FunctionConstructor;
    const wrap = inSandbox('note', 'handle', 'return (error) => { note(error); handle(error); };') as Wrap;
    activator.handleWorkflowFailure = wrap((error) => (thrown = error), handle);
  }

  if (typeof activator.patchInternal === 'function') {
    const ask = activator.patchInternal.bind(activator);
    activator.patchInternal = (id, deprecated) => {
      const taken = ask(id, deprecated);
      const answers = recording.patches.get(id) ?? new Set();
      recording.patches.set(id, answers.add(deprecated || taken));
      return taken;
    };
  }

  const promises = activator.promiseStackStore?.promiseToStack;
  if (promises) {
    promises.set = function (promise, stack) {
      if (stack.formatted) recording.latest = [stack.formatted, ...recording.latest.slice(0, frames)];
      return Map.prototype.set.call(this, promise, stack) as typeof promises;
    };
  }

  const activate = workflow.activate.bind(workflow);
  workflow.activate = async (activation) => {
    recording.reached = activation.historyLength ?? recording.reached;
    const completion = await (tape ? tape.activate(activation, activate) : activate(activation));
    recording.failure ??= failureOf(completion);
    noteHandlers(activator, recording.handlers);
    recording.unhandled = (activator.bufferedSignals ?? []).map(({ signalName }) => signalName ?? '');
    return completion;
  };

  const dispose = workflow.dispose.bind(workflow);
  workflow.dispose = () => {
    recording.waiting = stacksOf(workflow);
    return dispose();
  };
}

function noteHandlers({ signalHandlers, updateHandlers, queryHandlers }: Activator, handlers: Handlers): void {
  for (const name of signalHandlers?.keys() ?? []) handlers.signals.add(name);
  for (const name of updateHandlers?.keys() ?? []) handlers.updates.add(name);
  for (const name of queryHandlers?.keys() ?? []) if (!name.startsWith('__')) handlers.queries.add(name);
}

function originOf(command: Command, thrown: unknown): { stack?: string } {
  if (command.failWorkflowExecution ?? command.continueAsNewWorkflowExecution) return { stack: stackOf(thrown) };
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  try {
    return new Error();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function failureOf({ failed }: Completion): Recording['failure'] {
  if (!failed) return undefined;
  return { message: failed.failure?.message ?? 'The workflow task failed.', stack: failed.failure?.stackTrace ?? '' };
}

function stacksOf({ activator }: SandboxedWorkflow): string[] {
  try {
    return activator.getStackTraces().map(({ formatted }) => formatted);
  } catch {
    return []; // promise stacks are off
  }
}

function exportsOf(creator: WorkflowCreator): string[] {
  try {
    const exported = creator._context?.__TEMPORAL__?.importWorkflows?.() ?? {};
    return Object.keys(exported).filter((name) => name !== 'default' && typeof exported[name] === 'function');
  } catch {
    return [];
  }
}

// Errors of the sandbox are of another realm, so `instanceof Error` does not hold for them.
function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : String(error);
}

function stackOf(error: unknown): string {
  const stack = (error as { stack?: unknown } | undefined)?.stack;
  return typeof stack === 'string' ? stack : '';
}
