import { basename, isAbsolute } from 'node:path';
import { createJiti } from 'jiti';

/** A module's exports, and the files of the project that were read for them. */
export interface LoadedModule {
  exported: Record<string, unknown>;
  sources: string[];
}

/** Loads a module of the user's, be it TypeScript or JavaScript, of either module system. */
export async function loadModule(path: string): Promise<LoadedModule> {
  const jiti = createJiti(path, { fsCache: false });
  const before = new Set(Object.keys(jiti.cache)); // Node's own
  const exported = await jiti.import<Record<string, unknown>>(path);
  const isOwn = (file: string): boolean => !before.has(file) && !/[\\/]node_modules[\\/]/.test(file);
  const sources = Object.keys(jiti.cache).filter(isOwn);
  return { exported, sources: [...new Set([path, ...sources])] };
}

/** Why a module of the user's could not be loaded: one sentence, with what to do. */
export function whyNotLoaded(error: unknown): string {
  const { code, message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const [, missing] = /^Cannot find (?:module|package) '([^']+)'/.exec(message) ?? [];
  if (missing !== undefined && /MODULE_NOT_FOUND$/.test(code ?? '')) {
    const fix = /^[./]/.test(missing) ? 'mend the path' : `npm install ${missing}`;
    return `${isAbsolute(missing) ? basename(missing) : missing} is not there; ${fix}.`;
  }
  const [first = '', second = ''] = message.split('\n').map((line) => line.trim());
  const [, line, column] = /:(\d+):(\d+)$/.exec(second) ?? [];
  const [, syntax] = /^(?:Error: )?ParseError: (.*)$/.exec(first) ?? [];
  if (syntax !== undefined) return `${syntax} at line ${line ?? '?'}, column ${column ?? '?'}; mend its syntax.`;
  return `it throws ${JSON.stringify(first.replace(/^Error: /, ''))} while it loads; move what fails there into a function.`;
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
