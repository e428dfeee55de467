import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder, digest, versions } from './bundle-cache';

/** Remembers that a self-test passed, for these versions of Node, the SDK and longhaul: it takes as long as forty short histories. */
export class SelfTestMemory {
  private readonly path: string | undefined;

  constructor(workflowsPath: string, test: 'self-test' | 'tape-test' = 'self-test') {
    const folder = cacheFolder(join(resolve(workflowsPath), 'x'));
    this.path = folder && join(folder, `${test}-${digest(JSON.stringify(versions())).slice(0, 24)}`);
  }

  passed(): boolean {
    return this.path !== undefined && existsSync(this.path);
  }

  remember(): void {
    if (this.path === undefined || this.passed()) return;
    try {
      mkdirSync(join(this.path, '..'), { recursive: true });
      writeFileSync(this.path, '');
    } catch {
      // It is only tested once more.
    }
  }
}
