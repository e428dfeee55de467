import { parseArgs, type ParseArgsConfig } from 'node:util';
import { lengthOfTime } from '../workflows/duration';
import type { Duration } from '../testing/duration';
import { nearestName } from './nearest-name';

/** A command line that can't be understood. Its message is one sentence, to be shown as it is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/** @throws UsageError for an unknown option, or a value that is missing or empty. */
export function parse<const O extends Options>(argv: readonly string[], options: O): Parsed<O> {
  let parsed: Parsed<O>;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    const [, option] = /^Option '([^ ']+)[^']*' argument is ambiguous/.exec(message) ?? [];
    if (option !== undefined) {
      throw new UsageError(`${option} lacks its value; one that begins with - is written ${option}=VALUE. See --help.`);
    }
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(message) ?? [];
    if (unknown !== undefined) {
      const near = nearestName(unknown, Object.keys(options));
      throw new UsageError(
        `Unknown option '--${unknown}'${near === undefined ? '.' : `: did you mean --${near}?`} See --help.`,
      );
    }
    throw new UsageError(`${message.split(/\. |\n/)[0]?.replace(/\.$/, '') ?? 'wrong use'}. See --help.`);
  }
  // As a variable of the shell that is not set gives it.
  const empty = Object.entries(parsed.values).find(([, value]) => [value].flat().includes(''));
  if (empty) throw new UsageError(`--${empty[0]} is empty; give it a value, or leave it out.`);
  return parsed;
}

/** A length of time out of an option's text, checked before anything is begun. */
export function parseDuration(option: string, text: string | undefined): Duration | undefined {
  if (text === undefined) return undefined;
  try {
    lengthOfTime(option, text as Duration);
  } catch {
    throw new UsageError(`${option} takes a length of time such as 30s or 5m, not ${JSON.stringify(text)}.`);
  }
  return text as Duration;
}

/** A whole number from `low` to `high` out of an option's text. */
export function parseNumber(option: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UsageError(`${option} takes a whole number from ${low} to ${high}, not ${JSON.stringify(text)}.`);
}
