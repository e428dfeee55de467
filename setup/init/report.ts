/** A file that init writes or would write. */
export interface InitChange {
  /** Relative to the current folder. */
  file: string;
  kind: 'create' | 'edit';
  /** What it is for, in a few words. */
  what: string;
  /** The lines that are added, with the number of the line that each block goes before. A new file is one block. */
  added: { before: number; lines: string[] }[];
}

/** Lines that the user has to add, since the file can't be edited safely. */
export interface InitByHand {
  file: string;
  why: string;
  lines: string[];
}

/** What was found in the project. What is null was not found. */
export interface InitFound {
  /** Where the worker's options stand, as in `src/worker.ts:12`. */
  worker: string | null;
  workflowsPath: string | null;
  taskQueue: string | null;
  activities: string | null;
  workflowTypes: string[];
}

/** The outcome of `longhaul init`, in the form that `--json` prints. It only ever gains fields. */
export interface InitReport {
  schema: 'longhaul.init/1';
  /** Whether nothing is left to be added by hand. */
  ok: boolean;
  /** The project, relative to the current folder. */
  project: string;
  packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
  found: InitFound;
  changes: InitChange[];
  /** What is there already and stays as it is. */
  kept: { file: string; what: string }[];
  byHand: InitByHand[];
  /** What could not be found out, and what to do next; one sentence each. */
  notes: string[];
  next: string[];
  /** Whether the changes have been written. */
  written: boolean;
}
