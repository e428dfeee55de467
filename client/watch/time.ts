type TimeLike = { seconds?: { toString(): string } | number | null; nanos?: number | null } | null | undefined;

/** Milliseconds since the epoch, or of a length of time; undefined where it is absent or before 1970. */
export function msOf(time: TimeLike): number | undefined {
  if (!time) return undefined;
  const ms = Number(String(time.seconds ?? 0)) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6);
  return ms > 0 ? ms : undefined;
}

export const iso = (ms: number): string => new Date(ms).toISOString();

export const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : iso(ms));

/** `3 h 5 min`. */
export function span(ms: number): string {
  const [days, hours, minutes] = [
    Math.floor(ms / 86_400_000),
    Math.floor(ms / 3_600_000) % 24,
    Math.floor(ms / 60_000) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${(ms / 1_000).toFixed(1)} s`;
}
