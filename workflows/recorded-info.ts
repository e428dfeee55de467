import { workflowInfo } from '@temporalio/workflow';
import type { WorkflowInfo } from '@temporalio/workflow';

interface Job {
  variant?: string;
}

interface Activation {
  jobs?: Job[] | null;
  isReplaying?: boolean | null;
}

interface Activator {
  commands?: readonly { updateResponse?: { accepted?: unknown } | null }[];
  interceptors?: {
    internals: { activate: (input: { activation: Activation }, next: (input: never) => void) => void }[];
  };
  /** Made anew from another seed where a run is reset. */
  random?: unknown;
  currentRandomStorage?: unknown;
  bindCurrentRandom?: <F extends (...args: never[]) => unknown>(next: F) => F;
}

/** What history does not tell of: a replay has no such jobs. */
const unrecorded: readonly (string | undefined)[] = ['doUpdate', 'queryWorkflow', 'removeFromCache'];

/** The length of the history in a run's first task. */
const lengthAtFirst = 3;

/**
 * `workflowInfo()` as of the last workflow task that history tells of.
 *
 * An update that its validator turns away leaves nothing in history, but the workflow is woken for it, and finds a longer history than
 * before. What is decided on that is decided by nobody in a replay, which fails with TMPRL1100.
 */
export class RecordedInfo {
  private info = workflowInfo();
  private isNews = false;
  private wasLive = !this.info.unsafe.isReplaying;
  private catchingUp = this.wasLive && this.info.historyLength > lengthAtFirst;
  private reset = this.catchingUp;
  private random = activatorOf()?.random;

  constructor() {
    const activator = activatorOf();
    if (activator) spareRandomStorage(activator);
    activator?.interceptors?.internals.push({
      activate: (input, next) => {
        this.isNews = true;
        const recorded = input.activation.jobs?.find(({ variant }) => !unrecorded.includes(variant));
        this.noteReplay(input.activation, recorded);
        this.takeWith(recorded);
        next(input as never);
      },
    });
  }

  get current(): WorkflowInfo {
    // longhaul-ignore condition-predicate-pure: the same snapshot whoever asks first after a task begins
    if (this.isNews && activatorOf()?.commands?.some(({ updateResponse }) => updateResponse?.accepted)) this.take();
    return this.info;
  }

  /**
   * Whether this activation is the first one after a replay, and may bring again what the body has seen: a replay takes a task that issued
   * no command and the next one as one. What an update's validator sees then is older than what the body had made of it.
   */
  get isCatchingUp(): boolean {
    return this.catchingUp;
  }

  /** Whether this activation is the first one after a reset: it may bring again what later runs had taken. */
  get isReset(): boolean {
    return this.reset;
  }

  private noteReplay({ jobs, isReplaying }: Activation, recorded: Job | undefined): void {
    if (jobs?.every(({ variant }) => variant === 'queryWorkflow' || variant === 'removeFromCache')) return;
    this.catchingUp = !isReplaying && !this.wasLive && recorded !== undefined;
    const random = activatorOf()?.random;
    this.reset = !isReplaying && random !== this.random;
    this.random = random;
    this.wasLive = !isReplaying;
  }

  /**
   * Takes the news once the SDK comes to `job`: conditions are looked at after each job, also after an update that is turned away, and
   * one that saw the news there would wake before what `job` wakes.
   */
  private takeWith(job: Job | undefined): void {
    if (job === undefined) return;
    const { variant } = job;
    Object.defineProperty(job, 'variant', {
      get: () => {
        this.take();
        return variant;
      },
    });
  }

  private take(): void {
    this.isNews = false;
    this.info = workflowInfo();
  }
}

function activatorOf(): Activator | undefined {
  return (globalThis as { __TEMPORAL_ACTIVATOR__?: Activator }).__TEMPORAL_ACTIVATOR__;
}

/**
 * Keeps the SDK from making an `AsyncLocalStorage` for each workflow that has an interceptor, before anybody uses a random stream:
 * Node looks at every storage in use for every promise of a thread, so that each workflow in the cache made all others slower.
 */
function spareRandomStorage(activator: Activator): void {
  const bind = activator.bindCurrentRandom;
  if (typeof bind !== 'function' || Object.hasOwn(activator, 'bindCurrentRandom')) return;
  activator.bindCurrentRandom = <F extends (...args: never[]) => unknown>(next: F): F => {
    const bound = bind.call(activator, next);
    return ((...args) => (activator.currentRandomStorage ? bound : next)(...args)) as F;
  };
}
