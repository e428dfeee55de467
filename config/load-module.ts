import { basename, dirname, isAbsolute } from 'node:path';
import { createJiti } from 'jiti';
import { addCommand } from './package-manager';

/** A module's exports, and the files of the project that were read for them. */
export interface LoadedModule {
  exported: Record<string, unknown>;
  sources: string[];
}

/** Loads a module of the user's, be it TypeScript or JavaScript, of either module system, with or without the paths of tsconfig.json. */
export async function loadModule(path: string): Promise<LoadedModule> {
  const before = new Set(Object.keys(require.cache));
  const exported = await imported(path);
  const isOwn = (file: string): boolean => !before.has(file) && !/[\\/]node_modules[\\/]/.test(file);
  const sources = Object.keys(require.cache).filter(isOwn);
  return { exported, sources: [...new Set([path, ...sources])] };
}

async function imported(path: string, tsconfigPaths = false): Promise<Record<string, unknown>> {
  const jiti = jitiFor(path, tsconfigPaths);
  try {
    return await jiti.import<Record<string, unknown>>(path);
  } catch (error) {
    // Only where it can't do without: such paths may also lead to mere types of a package that is there.
    const name = isMissing(error) ? missingName(error) : undefined;
    if (tsconfigPaths || name === undefined || name.startsWith('.') || isAbsolute(name)) throw error;
    return imported(path, true);
  }
}

/** A tsconfig.json that the loader refuses, which is none of the module's faults. */
class TsconfigError extends Error {
  override readonly name = 'TsconfigError';
}

function jitiFor(path: string, tsconfigPaths: boolean): ReturnType<typeof createJiti> {
  try {
    return createJiti(path, { fsCache: false, tsconfigPaths });
  } catch (cause) {
    throw new TsconfigError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Why the module at `path`, which is the user's, could not be loaded: one sentence, with what to do. */
export function whyNotLoaded(error: unknown, path: string): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof TsconfigError)
    return `its tsconfig.json is refused (${JSON.stringify(message)}); mend that file.`;
  const missing = missingName(error);
  if (missing !== undefined && isMissing(error)) {
    const [name] = /^(?:@[^/]+\/)?[^./@~#][^/]*/.exec(missing) ?? [];
    const alias = 'mend the path, or name it under paths in tsconfig.json';
    const fix =
      name === undefined ? (/^[@~#]/.test(missing) ? alias : 'mend the path') : addCommand(dirname(path), [name]);
    return `${isAbsolute(missing) ? basename(missing) : missing} is not there; ${fix}.`;
  }
  const [first = '', second = ''] = message.split('\n').map((line) => line.trim());
  const [, line, column] = /:(\d+):(\d+)$/.exec(second) ?? [];
  const [, syntax] = /^(?:Error: )?ParseError: (.*)$/.exec(first) ?? [];
  if (syntax !== undefined) return `${syntax} at line ${line ?? '?'}, column ${column ?? '?'}; mend its syntax.`;
  return `it throws ${JSON.stringify(first.replace(/^Error: /, ''))} while it loads; move what fails there into a function.`;
}

function isMissing(error: unknown): boolean {
  return /MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** What an error says is not there, as the import has it. */
function missingName(error: unknown): string | undefined {
  const [, name] = /^Cannot find (?:module|package) '([^']+)'/.exec(error instanceof Error ? error.message : '') ?? [];
  return name;
}

/** The default export: of `exports.default`, jiti makes the default's default. Without one, all of the module. */
export function defaultExport(exported: object): unknown {
  return defaultOf(defaultOf(exported));
}

/** Whether a module has named exports alone. CommonJS that exports one thing has it as its whole. */
export function hasNamedExportsOnly(exported: object): boolean {
  const isEsm = '__esModule' in exported || Object.prototype.toString.call(exported) === '[object Module]';
  return isEsm && !('default' in exported);
}

function defaultOf(exported: unknown): unknown {
  return 'default' in Object(exported) ? (exported as { default: unknown }).default : exported;
}
