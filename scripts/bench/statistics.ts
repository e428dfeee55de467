import { seededRandom } from '../../testing/random';

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], at: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * at;
  const [low = 0, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place - Math.floor(place));
}

export interface Interval {
  median: number;
  low: number;
  high: number;
}

/** The median with its 95 % interval, by 2,000 bootstrap samples; the same values give the same interval. */
export function medianInterval(values: readonly number[]): Interval {
  const random = seededRandom(1);
  const medians = Array.from({ length: 2_000 }, () =>
    median(values.map(() => values[Math.floor(random() * values.length)] ?? 0)),
  );
  return { median: median(values), low: quantile(medians, 0.025), high: quantile(medians, 0.975) };
}

/** By how many per cent each pair's second is above its first, as a median with its interval. */
export function differencePercent(pairs: readonly (readonly [plain: number, longhaul: number])[]): Interval {
  return medianInterval(pairs.map(([plain, longhaul]) => (longhaul / plain - 1) * 100));
}

export const percent = ({ median: middle, low, high }: Interval): string =>
  `${signed(middle)} % (${signed(low)} to ${signed(high)})`;

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
