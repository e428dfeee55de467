/** What one check of a release found: nothing, or a sentence for each thing wrong. */
export interface Check {
  /** What holds when nothing is wrong. */
  name: string;
  problems: readonly string[];
}
