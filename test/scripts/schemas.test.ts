import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSchemas } from '../../scripts/schemas/make-schemas';
import { repositoryRoot } from '../../scripts/support/manifest';

describe('the published JSON schemas', () => {
  it('are those of the types; npm run schemas writes them', async () => {
    const root = repositoryRoot();
    const schemas = makeSchemas(root);
    const files = await readdir(join(root, 'schemas'));
    assert.deepEqual(files.sort(), [...schemas.keys()].map((name) => `${name}.json`).sort());
    for (const [name, schema] of schemas) {
      const written: unknown = JSON.parse(await readFile(join(root, 'schemas', `${name}.json`), 'utf8'));
      assert.deepEqual(written, JSON.parse(JSON.stringify(schema)), `${name}.json`);
    }
  });
});
