/**
 * Whether a later checkpoint goes on from an earlier one; null where they do not tell.
 *
 * Progress shows in numbers: one that is the checkpoint, or those of its fields that both have.
 */
export function goesOn(earlier: unknown, later: unknown): boolean | null {
  const [before, after] = [unwrapped(earlier), unwrapped(later)];
  if (after === undefined) return null;
  if (typeof before === 'number' && typeof after === 'number') return after >= before;
  if (!isObject(before) || !isObject(after)) return JSON.stringify(before) === JSON.stringify(after) ? true : null;
  const shared = Object.keys(before).filter(
    (name) => typeof before[name] === 'number' && typeof after[name] === 'number',
  );
  if (shared.length === 0) return JSON.stringify(before) === JSON.stringify(after) ? true : null;
  return shared.every((name) => Number(after[name]) >= Number(before[name]));
}

/** A `longActivity` wraps its checkpoint: see docs/protocol.md. Without one its beats say so. */
export function unwrapped(details: unknown): unknown {
  if (!isObject(details)) return details;
  if (details.longhaul === 'started') return undefined;
  return details.longhaul === 'checkpoint' ? details.value : details;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
