import { createRequire } from 'node:module';
import type { Context } from 'node:vm';
import type { Activation, Command, Completion } from '../proto';

// What the harness uses of the SDK beyond its public interface. All of it is looked for at run time: where a version of
// the SDK lacks a part, replay goes on without source lines.

export interface Activator {
  pushCommand: (command: Command, complete?: boolean) => void;
  handleWorkflowFailure?: (error: unknown) => void;
  patchInternal?: (id: string, deprecated: boolean) => boolean;
  signalHandlers?: Map<string, unknown>;
  /** What was received and has no handler, also no default one. */
  bufferedSignals?: readonly { signalName?: string | null }[];
  updateHandlers?: Map<string, unknown>;
  queryHandlers?: Map<string, unknown>;
  getStackTraces: () => { formatted: string }[];
  promiseStackStore?: { promiseToStack: Map<unknown, { formatted?: string }> };
}

export interface SandboxedWorkflow {
  activator: Activator;
  activate: (activation: Activation) => Promise<Completion>;
  getAndResetSinkCalls?: () => Promise<unknown>;
  dispose: () => Promise<void>;
}

export interface WorkflowCreator {
  createWorkflow: (options: unknown) => Promise<unknown>;
  _context?: { __TEMPORAL__?: { importWorkflows?: () => Record<string, unknown> } };
}

interface GlobalHandlers {
  installed: boolean;
  promiseHookInstalled: boolean;
  setPromiseHook: () => void;
  stopPromiseHook: () => void;
}

const requireFromWorker = createRequire(require.resolve('@temporalio/worker'));

export function isSandboxedWorkflow(value: unknown): value is SandboxedWorkflow {
  const { activator, activate, dispose } = value as Partial<SandboxedWorkflow>;
  return (
    typeof activator?.pushCommand === 'function' && typeof activate === 'function' && typeof dispose === 'function'
  );
}

interface VmShared {
  globalHandlers?: Partial<GlobalHandlers>;
  injectGlobals?: (context: Context) => void;
}

/** The module that all workflow sandboxes of a process share. */
export function vmShared(): VmShared | undefined {
  try {
    return requireFromWorker('@temporalio/worker/lib/workflow/vm-shared') as VmShared;
  } catch {
    return undefined;
  }
}

function globalHandlers(): GlobalHandlers | undefined {
  const handlers = vmShared()?.globalHandlers;
  return typeof handlers?.setPromiseHook === 'function' ? (handlers as GlobalHandlers) : undefined;
}

/**
 * The hook by which the SDK keeps a stack for each promise: half of the time of a replay, and needed only to tell where a
 * workflow waits.
 */
export interface PromiseStacks {
  /** Runs `task` with stacks on; without them where this process can't switch. */
  during<T>(task: () => Promise<T>): Promise<T>;
}

/** Turns promise stacks off for this process. For a process that only replays: `__stack_trace` no longer works in it. */
export function switchOffPromiseStacks(): PromiseStacks | undefined {
  const handlers = globalHandlers();
  if (!handlers || handlers.installed) return undefined;
  const setHook = handlers.setPromiseHook.bind(handlers);
  handlers.setPromiseHook = () => undefined;
  return {
    async during(task) {
      setHook();
      try {
        return await task();
      } finally {
        handlers.stopPromiseHook();
        handlers.promiseHookInstalled = false;
      }
    },
  };
}
