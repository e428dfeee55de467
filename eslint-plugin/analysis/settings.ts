import { effects, type Effect, type Fact } from './effects.js';

/** `settings.longhaul` of the ESLint configuration, read leniently: what does not parse is left out. */
export interface Settings {
  /** Paths or globs of the modules that `workflowsPath` names, relative to where ESLint runs. */
  workflows: readonly string[];

  /** Facts by `module#export`; a module of the project itself is written `./lib/clock.ts`. */
  functions: ReadonlyMap<string, Fact>;

  /** Names or globs of task queues that one host alone takes from. */
  dedicatedQueues: readonly string[];
}

export function readSettings(settings: Readonly<Record<string, unknown>>): Settings {
  const own = record(settings['longhaul']);
  const functions = new Map<string, Fact>();
  for (const [key, value] of Object.entries(record(own['functions']))) {
    const fact = readFact(value);
    if (fact !== undefined) functions.set(key, fact);
  }
  return { workflows: texts(own['workflows']), functions, dedicatedQueues: texts(own['dedicatedQueues']) };
}

function texts(value: unknown): readonly string[] {
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? (value as unknown[]) : [];
  return list.filter((entry) => typeof entry === 'string');
}

function readFact(value: unknown): Fact | undefined {
  if (value === 'pure') return 'pure';
  if (!Array.isArray(value)) return undefined;
  return (value as unknown[]).filter((entry): entry is Effect => effects.some((effect) => effect === entry));
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
