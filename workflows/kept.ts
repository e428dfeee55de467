import type { Part, PartHost } from './part';

/** `run.keep`, and what a function that keeps state there needs beside it to be safe in a body with several lanes. */
export function kept(host: PartHost, carried: unknown): Part {
  const values = new Map(Object.entries((carried ?? {}) as Record<string, object>));
  return {
    carry: () => (values.size === 0 ? undefined : Object.fromEntries(values)),
    run: {
      keep: (key: string, initial: () => object): object => {
        const known = values.get(key);
        if (known !== undefined) return known;
        const made = initial();
        values.set(key, made);
        return made;
      },
      hold: <T>(work: () => Promise<T>): Promise<T> => host.hold(work),
      get rollOverDue() {
        return host.mustRollOver();
      },
    },
  };
}
