/**
 * A copy of what was saved, as it is now: the work goes on with the object, and a beat in the middle of a step would take that step for
 * done. What is no plain object or list stays what it is, since only its data converter knows what is in it.
 */
export function snapshot(value: unknown): unknown {
  try {
    return copyOf(value);
  } catch {
    // Deeper than the stack, or in a circle: the data converter says so in better words.
    return value;
  }
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)]));
}
