import { parseArgs, type ParseArgsConfig } from 'node:util';

/** A command line that can't be understood. Its message is one sentence, to be shown as it is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true; strict: true }>
>;

/** @throws UsageError for an unknown option or a missing value. */
export function parse<const O extends Options>(argv: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${message.split(/\. |\n/)[0]?.replace(/\.$/, '') ?? 'wrong use'}. See --help.`);
  }
}

/** A whole number from `low` to `high` out of an option's text. */
export function parseNumber(option: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new UsageError(`${option} takes a whole number from ${low} to ${high}, not ${JSON.stringify(text)}.`);
}
