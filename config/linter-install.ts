import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How a project gets `eslint-plugin-longhaul`. */
export interface LinterInstall {
  /** One sentence. */
  why: string;
  command: string;
  /** Where the linter goes that can't stand beside the project's own ESLint. */
  folder?: string;
}

/** Where a linter of its own lies, for a project whose ESLint is older than the rules can run on. */
export const ownLinterFolder = '.longhaul/lint';

const tools = 'eslint-plugin-longhaul eslint@9 typescript@5 typescript-eslint@8';

/** What to install for the linter: beside the project's ESLint, unless that is older than 9, which many projects still have. */
export function linterInstall(folder: string): LinterInstall {
  const major = eslintMajor(folder);
  if (major === undefined || major >= 9) {
    return {
      why: 'eslint-plugin-longhaul is not installed.',
      command: 'npm install --save-dev eslint-plugin-longhaul eslint typescript typescript-eslint',
    };
  }
  return {
    why: `eslint-plugin-longhaul is not installed; it needs ESLint 9 or 10, and can have that beside the project's own ESLint ${major}.`,
    command: `npm install --prefix ${ownLinterFolder} ${tools}`,
    folder: ownLinterFolder,
  };
}

/** Of what is installed, or else of what package.json asks for, here or above. */
function eslintMajor(folder: string): number | undefined {
  try {
    const installed = createRequire(join(folder, 'package.json'))('eslint/package.json') as { version: string };
    return Number.parseInt(installed.version, 10);
  } catch {
    for (let at = folder; ; at = dirname(at)) {
      const asked = existsSync(join(at, 'package.json')) ? askedIn(join(at, 'package.json')) : undefined;
      if (asked !== undefined || at === dirname(at)) return asked;
    }
  }
}

function askedIn(file: string): number | undefined {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string> | undefined>;
    const range = manifest.devDependencies?.eslint ?? manifest.dependencies?.eslint;
    const [digits] = /\d+/.exec(range ?? '') ?? [];
    return digits === undefined ? undefined : Number(digits);
  } catch {
    return undefined;
  }
}
