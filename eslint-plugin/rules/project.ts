import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether the package that a file belongs to is longhaul or depends on it. */
export function dependsOnLonghaul(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return names(manifest);
    if (folder === dirname(folder)) return false;
  }
}

function names(manifest: string): boolean {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(manifest, 'utf8'));
  } catch {
    // A manifest that can't be read promises nothing.
    return false;
  }
  if (typeof content !== 'object' || content === null) return false;
  const fields = content as Record<string, unknown>;
  return fields['name'] === 'longhaul' || groups.some((group) => 'longhaul' in Object(fields[group] ?? {}));
}

const groups = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];
