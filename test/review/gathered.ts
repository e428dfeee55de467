import type { Gathered } from 'longhaul/review';

/** What a review gathers where there is nothing but what a test gives. */
export function gathered(more: Partial<Gathered>): Gathered {
  return {
    lint: { folder: '', findings: [], roots: [], accepted: [] },
    histories: { runs: [], unreadable: [], exported: [] },
    drills: [],
    catalog: {},
    configFile: 'longhaul.config.ts',
    workflows: [],
    ...more,
  };
}
