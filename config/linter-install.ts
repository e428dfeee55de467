import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { addCommand } from './package-manager';

/** How a project gets `eslint-plugin-longhaul`. */
export interface LinterInstall {
  /** One sentence. */
  why: string;
  command: string;
  /** Where the linter goes that can't stand beside the project's own ESLint or TypeScript. */
  folder?: string;
  /** What it can't stand beside, such as `ESLint 8`. */
  beside?: string;
}

/** Where a linter of its own lies, for a project whose ESLint is too old for the rules, or whose TypeScript is too new for typescript-eslint. */
export const ownLinterFolder = '.longhaul/lint';

/** What to install for the linter: beside the project's own tools, unless these are none that it can work with. */
export function linterInstall(folder: string): LinterInstall {
  const eslint = versionOf('eslint', folder);
  const typescript = versionOf('typescript', folder);
  if (eslint !== undefined && eslint.major < 9) {
    return apart(`ESLint ${eslint.major}`, 'it needs ESLint 9 or 10', 'typescript@5');
  }
  // npm refuses them together.
  if (typescript !== undefined && (typescript.major > 6 || (typescript.major === 6 && typescript.minor > 0))) {
    const { major, minor } = typescript;
    const version = major === 6 ? `6.${minor}` : major;
    return apart(
      `TypeScript ${version}`,
      `typescript-eslint, which it is built on, takes TypeScript up to 6.0`,
      'typescript@~6.0',
    );
  }
  return {
    why: 'eslint-plugin-longhaul is not installed.',
    command: addCommand(folder, ['eslint-plugin-longhaul', 'eslint', 'typescript', 'typescript-eslint'], { dev: true }),
  };
}

function apart(beside: string, needs: string, compiler: string): LinterInstall {
  return {
    why: `eslint-plugin-longhaul is not installed; ${needs}, and can have that beside the project's own ${beside}.`,
    // By npm, which comes with Node, in each project: another package manager would take the folder into its workspace.
    command: `npm install --prefix ${ownLinterFolder} eslint-plugin-longhaul eslint@9 ${compiler} typescript-eslint@8`,
    folder: ownLinterFolder,
    beside,
  };
}

interface Version {
  major: number;
  minor: number;
}

/** Of what is installed, or else of what package.json asks for, here or above. */
function versionOf(name: string, folder: string): Version | undefined {
  try {
    const installed = createRequire(join(folder, 'package.json'))(`${name}/package.json`) as { version: string };
    return parsed(installed.version);
  } catch {
    for (let at = folder; ; at = dirname(at)) {
      const asked = existsSync(join(at, 'package.json')) ? askedIn(join(at, 'package.json'), name) : undefined;
      if (asked !== undefined || at === dirname(at)) return asked;
    }
  }
}

function askedIn(file: string, name: string): Version | undefined {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string> | undefined>;
    return parsed(manifest.devDependencies?.[name] ?? manifest.dependencies?.[name] ?? '');
  } catch {
    return undefined;
  }
}

function parsed(text: string): Version | undefined {
  const [, major, minor = '0'] = /(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}
