import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { makeSchemas } from './schemas/make-schemas';
import { repositoryRoot } from './support/manifest';

/** Writes the JSON schema of what each command prints with `--json`, out of the types that the code has for it. */
async function main(): Promise<void> {
  const root = repositoryRoot();
  const folder = join(root, 'schemas');
  await mkdir(folder, { recursive: true });
  const style = await resolveConfig(join(folder, 'x.json'));
  for (const [name, schema] of makeSchemas(root)) {
    await writeFile(join(folder, `${name}.json`), await format(JSON.stringify(schema), { ...style, parser: 'json' }));
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(3);
});
