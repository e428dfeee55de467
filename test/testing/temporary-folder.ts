import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder for each test of the `describe` around, deleted after it. */
export function useTemporaryFolder(): { readonly path: string } {
  let path = '';
  beforeEach(async () => void (path = await mkdtemp(join(tmpdir(), 'longhaul-test-'))));
  afterEach(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
  };
}
