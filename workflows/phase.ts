import type { Part, PartHost } from './part';
import type { Wait } from './waits';
import { waitsOf } from './waits';

interface CarriedPhase {
  phase?: string;
  progressAt?: number;
}

/** `run.phase`, and what a run waits for: the first things that somebody asks of a workflow that seems to stand still. */
export function phasePart(host: PartHost, carried: unknown): Part {
  const before = (carried ?? {}) as CarriedPhase;
  let { phase } = before;
  const progressAt = () => host.growth.progressAt ?? before.progressAt;
  return {
    carry: (): CarriedPhase | undefined => {
      const at = progressAt();
      if (phase === undefined && at === undefined) return undefined;
      return { ...(phase === undefined ? {} : { phase }), ...(at === undefined ? {} : { progressAt: at }) };
    },
    status: () => ({
      phase: phase ?? null,
      waitingOn: [...waitsOf(host.root)].map((wait): Wait => ({ ...wait })),
      lastProgressAt: progressAt() ?? host.startedAt,
    }),
    run: {
      get phase(): string | undefined {
        return phase;
      },
      set phase(value: string | undefined) {
        if (value === phase) return;
        phase = value;
        host.growth.noteProgress();
      },
    },
  };
}
