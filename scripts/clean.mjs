// Removes what the build wrote, so that nothing is packed whose source is gone.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

for (const folder of ['../dist/', '../eslint-plugin/dist/']) {
  rmSync(fileURLToPath(new URL(folder, import.meta.url)), { recursive: true, force: true });
}
