import { deadLetterCommands } from './dead-letter-commands';
import { deadlinePart } from './deadline';
import { kept } from './kept';
import { noInput } from './no-input';
import type { Part, PartHost, PartMaker } from './part';
import { pause } from './pause';
import { phasePart } from './phase';
import { progressPart } from './progress';
import { publishPart } from './publish';
import { sources } from './sources';
import type { LonghaulStatus } from './status';
import { stepsPart } from './steps';
import { soon } from './versioning';

/** Every part, by the name under which it travels in the envelope's `extensions`: a name is public API, see docs/protocol.md. */
const makers: Readonly<Record<string, PartMaker>> = {
  backlog: ({ backlog }) => ({ carry: () => backlog.carry() }),
  deadLetters: deadLetterCommands,
  deadline: deadlinePart,
  inboxes: ({ inboxes }) => ({ carry: () => inboxes.carryMore() }),
  kept,
  noInput,
  pause,
  phase: phasePart,
  published: publishPart,
  searchAttributes: progressPart,
  soon,
  sources,
  steps: stepsPart,
};

/** The parts of a run, and what it carries on that no part of this code knows. */
export class Parts {
  private readonly parts: ReadonlyMap<string, Part>;
  private readonly pausing: readonly Part[];

  constructor(
    host: PartHost,
    private readonly carried: Readonly<Record<string, unknown>> = {},
  ) {
    this.parts = new Map(Object.entries(makers).map(([name, make]) => [name, make(host, carried[name])]));
    this.pausing = [...this.parts.values()].filter((part) => 'paused' in part);
  }

  /** The next run's `extensions`. */
  carry(): Record<string, unknown> {
    const extensions = { ...this.carried };
    for (const [name, part] of this.parts) {
      const value = part.carry();
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy made for this
      if (value === undefined) delete extensions[name];
      else extensions[name] = value;
    }
    return extensions;
  }

  /** Whether nothing new may be handed out. */
  get paused(): boolean {
    return this.pausing.some((part) => part.paused?.());
  }

  leaving(): void {
    for (const part of this.parts.values()) part.leaving?.();
  }

  status(): Partial<LonghaulStatus> {
    const fields = [...this.parts.values()].map((part) => part.status?.() ?? {});
    return Object.assign({}, ...fields) as Partial<LonghaulStatus>;
  }

  /** Gives `run` the members of each part. */
  addTo(run: object): void {
    for (const { run: members = {} } of this.parts.values()) {
      Object.defineProperties(run, Object.getOwnPropertyDescriptors(members));
    }
  }
}
