import type { Analysis, Link, Place } from '../analysis/index.js';

/** A report as the rule makes it: ESLint's own results carry the message, but not the chain. */
export interface Reported {
  rule: string;
  file: string;
  line: number;
  column: number;
  chain: readonly Link[];
  /** Each line that the way passes. */
  spots: readonly Place[];
}

export type Spot = Place;

export interface Observer {
  reported(report: Reported): void;
  analysed(analysis: Analysis): void;
}

const observers = new Set<Observer>();

/** Has `observer` hear of all that the rules of this process find, until the result is called. */
export function observe(observer: Observer): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

export function tell(run: (observer: Observer) => void): void {
  for (const observer of observers) run(observer);
}
