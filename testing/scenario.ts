import { lengthOfTime } from '../workflows/duration';
import { checkGiven, checkKnown, shown } from '../workflows/options';
import type { Duration } from './duration';

/** One thing that happens to a workflow from outside. */
export interface ScenarioStep {
  /** When, in the workflow's own time since its start. */
  at: Duration;

  /** Name of a signal to send. */
  signal?: string;

  /** Name of an update to send; its failure is part of the story. */
  update?: string;

  /** What the signal or update carries. @default [] */
  args?: readonly unknown[];

  /** Cancels the workflow. */
  cancel?: true;

  /** Terminates the workflow, for this reason. */
  terminate?: string;
}

/** What happens to one workflow, over as many days as it takes. */
export interface Scenario {
  /** A few words; they become part of the histories' file names. */
  name: string;

  /** The workflow's type. */
  workflow: string;

  /** @default [] */
  args?: readonly unknown[];

  /** @default made from type and name */
  workflowId?: string;

  /** Activities that take the place of the configuration's, by name. @default none */
  activities?: Record<string, (...args: never[]) => unknown>;

  /** In the order of their times. @default none */
  steps?: readonly ScenarioStep[];

  /** How long the workflow may go on in its own time; one that is open then is recorded as open. @default '30 days' after the last step */
  until?: Duration;
}

/** Returns its argument: it is there for the types of a scenario file. */
export function defineScenario<S extends Scenario | readonly Scenario[]>(scenario: S): S {
  return scenario;
}

/** A scenario that is none, or did not go as it says. Its message is one sentence. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/**
 * Holds what a scenario file exports to its shape.
 *
 * @param file How messages name it.
 * @throws TypeError with one sentence.
 */
export function checkScenarios(file: string, exported: unknown): Scenario[] {
  const scenarios = Array.isArray(exported) ? (exported as unknown[]) : [exported];
  if (scenarios.length === 0) throw new TypeError(`${file}: there is no scenario in it; use { name, workflow, steps }`);
  return scenarios.map((scenario, index) => checkScenario(file, Array.isArray(exported) ? `[${index}]` : '', scenario));
}

function checkScenario(file: string, path: string, scenario: unknown): Scenario {
  checkGiven(file, path, scenario, ['name', 'workflow', 'args', 'workflowId', 'activities', 'steps', 'until']);
  const given = scenario as Record<string, unknown>;
  const at = (field: string): string => `${file}: ${path === '' ? '' : `${path}.`}${field}`;
  for (const field of ['name', 'workflow']) {
    if (typeof given[field] !== 'string' || given[field] === '') {
      throw new TypeError(
        `${at(field)} is ${shown(given[field])}; use ${field === 'name' ? 'a few words' : "the workflow's type"}`,
      );
    }
  }
  const { steps = [], until, args = [] } = given;
  if (!Array.isArray(args)) throw new TypeError(`${at('args')} is ${shown(args)}; use a list`);
  if (!Array.isArray(steps))
    throw new TypeError(`${at('steps')} is ${shown(steps)}; use a list of { at, signal, args }`);
  let last = 0;
  for (const [index, step] of (steps as unknown[]).entries()) {
    const name = `${path === '' ? '' : `${path}.`}steps[${index}]`;
    checkGiven(file, name, step, ['at', 'signal', 'update', 'args', 'cancel', 'terminate']);
    const { at: when, ...what } = step as ScenarioStep;
    const ms = lengthOfTime(`${file}: ${name}.at`, when, { least: 0 });
    if (ms < last)
      throw new TypeError(`${file}: ${name}.at is before the step above it; put steps in the order of their times`);
    last = ms;
    const kinds = ['signal', 'update', 'cancel', 'terminate'].filter(
      (kind) => what[kind as keyof typeof what] !== undefined,
    );
    if (kinds.length !== 1)
      throw new TypeError(
        `${file}: ${name} has ${kinds.length === 0 ? 'nothing to do' : kinds.join(' and ')}; use one of signal, update, cancel, terminate`,
      );
  }
  if (until !== undefined && lengthOfTime(at('until'), until as Duration) < last)
    throw new TypeError(`${at('until')} is before the last step`);
  checkKnown(file, `${path}activities`, given.activities, Object.keys(Object(given.activities) as object));
  return scenario as Scenario;
}
