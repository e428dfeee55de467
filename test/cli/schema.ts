import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Ajv from 'ajv';
import { root } from './run';

/** Holds what a command printed with `--json` to the schema that is published for it. */
export async function assertSchema(name: string, printed: string): Promise<void> {
  const schema = JSON.parse(await readFile(join(root, 'schemas', `${name}.json`), 'utf8')) as object;
  const ajv = new Ajv({ allErrors: true });
  const valid = ajv.validate(schema, JSON.parse(printed));
  assert.ok(valid, ajv.errorsText());
}
