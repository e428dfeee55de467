import { recipeState } from './recipe-run';
import type { RecipeRun } from './recipe-run';

/** Stages in order, each with the result of the one before. Made by `pipeline()`. */
export interface Pipeline<Input, Output> {
  /** Adds a stage. Its name identifies it over runs and deployments. */
  stage<Next>(name: string, work: (input: Output) => Promise<Next>): Pipeline<Input, Next>;

  /** Does the stages that earlier runs have not done, and returns the last one's result, in each later run too. */
  run(input: Input): Promise<Output>;
}

interface PipelineState {
  version: 1;
  /** The stages done, in order. */
  done: string[];
  /** The result of the last one. */
  value?: unknown;
}

interface Stage {
  name: string;
  work: (input: never) => Promise<unknown>;
}

/**
 * Stages whose results travel: a rollover between two goes on with the next one, and only the newest result is carried.
 *
 * `run.once` keeps every result for ever; of a chain of stages only the last one is needed.
 *
 * @param key Tells this pipeline from others of the same body.
 * @remarks Records what the stages record; a safe point before each. A stage that is added at the end needs no `patched()`
 *   while no run has ended the pipeline. Stages done can't be renamed or reordered: that fails the workflow task, and the run
 *   goes on with the corrected code. Costs no Temporal Cloud action of its own.
 */
export function pipeline<Input>(run: RecipeRun, key: string): Pipeline<Input, Input> {
  return new Stages<Input, Input>(run, key, []);
}

class Stages<Input, Output> implements Pipeline<Input, Output> {
  constructor(
    private readonly of: RecipeRun,
    private readonly key: string,
    private readonly stages: readonly Stage[],
  ) {}

  stage<Next>(name: string, work: (input: Output) => Promise<Next>): Pipeline<Input, Next> {
    if (this.stages.some((other) => other.name === name)) {
      throw new TypeError(`pipeline '${this.key}' has two stages '${name}'; give each a name of its own`);
    }
    return new Stages<Input, Next>(this.of, this.key, [...this.stages, { name, work }]);
  }

  async run(input: Input): Promise<Output> {
    const state = recipeState<PipelineState>(this.of, 'pipeline', this.key, () => ({ version: 1, done: [] }));
    const names = this.stages.map(({ name }) => name);
    if (state.done.some((name, index) => names[index] !== name)) {
      // longhaul-ignore no-plain-error: an incompatible deployment: the task waits for the right code
      throw new Error(
        `pipeline '${this.key}' has done ${state.done.join(', ')}, and the code now has ${names.join(', ')}. ` +
          'Keep the names and the order of stages that open runs have done; add new ones at the end.',
      );
    }
    for (const { name, work } of this.stages.slice(state.done.length)) {
      await this.of.safePoint();
      await this.of.hold(async () => {
        const value = await work((state.done.length === 0 ? input : state.value) as never);
        state.value = value;
        state.done.push(name);
      });
    }
    return (this.stages.length === 0 ? input : state.value) as Output;
  }
}
