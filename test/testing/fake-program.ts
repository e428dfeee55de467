import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a shell script that stands in for a program which can't be had in a test. */
export async function fakeProgram(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** What a Temporal CLI answers to `--version`. */
export const FAKE_CLI = 'echo "temporal version 9.9.9 (Server 9.9.9)"';
