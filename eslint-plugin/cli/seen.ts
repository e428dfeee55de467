import type { Analysis, LostCall } from '../analysis/index.js';

/** What the workflows of all projects come to. */
export interface Workflows {
  /** Paths of their modules. */
  roots: ReadonlySet<string>;
  /** Paths of all files in their bundles. */
  reached: ReadonlySet<string>;
  functions: number;
  /** Calls of functions of packages of which nothing is known. */
  lost: readonly LostCall[];
}

/** What analyses found, kept without the programs that they hold. */
export class Seen {
  private readonly open = new Set<Analysis>();
  private readonly roots = new Set<string>();
  private readonly reached = new Set<string>();
  private readonly latest = new Map<string, Pick<Workflows, 'functions' | 'lost'>>();

  add(analysis: Analysis): void {
    this.open.add(analysis);
  }

  /** Lets go of the analyses. */
  settle(): Workflows {
    for (const analysis of this.open) {
      const { bundle, functions } = analysis;
      const roots = bundle.workflowModules.map(({ fileName }) => fileName);
      for (const root of roots) this.roots.add(root);
      for (const { fileName } of bundle.files) this.reached.add(fileName);
      // With --fix a program is made anew for each pass: the last one of the same workflows counts, unless only shared files were
      // linted with it, for which it looked at no function.
      const key = roots.join();
      if (functions > 0 || !this.latest.has(key)) this.latest.set(key, { functions, lost: analysis.lostCalls() });
    }
    this.open.clear();
    const known = [...this.latest.values()];
    return {
      roots: this.roots,
      reached: this.reached,
      functions: known.reduce((sum, { functions }) => sum + functions, 0),
      lost: known.flatMap(({ lost }) => lost),
    };
  }
}
