import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConfig } from './check-config';
import type { ConfiguredDataConverter, LonghaulConfig } from './config';
import { ConfigError } from './config-error';

/** A configuration as it was found: checked, its paths made absolute. */
export interface LoadedConfig extends LonghaulConfig {
  /** Where it was read from; absent where there is none. */
  file?: string;

  /** The folder that its paths are relative to. */
  folder: string;

  /** The file, and those of the project that it imports. */
  sources: readonly string[];

  /** Folders of saved histories. */
  histories: readonly string[];
}

export interface LoadConfigOptions {
  /** Where the search begins, and what `file` is relative to. @default process.cwd() */
  cwd?: string;

  /** The file, or a folder that has one. @default searched in `cwd` and the folders above, up to the repository's root */
  file?: string;
}

const names = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `longhaul.config.${ending}`);

/**
 * Finds and loads `longhaul.config.{ts,mts,cts,js,mjs,cjs}`. Without one, all fields but the folder of histories are absent.
 *
 * @throws ConfigError if `file` is missing, or what is found can't be loaded or is malformed.
 */
export async function loadConfig({ cwd = process.cwd(), file }: LoadConfigOptions = {}): Promise<LoadedConfig> {
  const path = file === undefined ? findUpwards(cwd) : await named(cwd, file);
  if (path === undefined) return { folder: cwd, sources: [], histories: [join(cwd, 'replay-histories')] };
  const shown = relative(cwd, path) || path;
  const { config, sources } = await evaluate(path, shown);
  try {
    checkConfig(shown, config);
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigError(`${error.message}.`, { cause: error });
    throw error;
  }
  return { ...withAbsolutePaths(config, dirname(path)), file: path, sources };
}

function findUpwards(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const path = inFolder(folder);
    // What lies above the repository belongs to another project.
    if (path !== undefined || existsSync(join(folder, '.git')) || folder === dirname(folder)) return path;
  }
}

async function named(cwd: string, file: string): Promise<string> {
  const path = resolve(cwd, file);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new ConfigError(`The configuration ${file} does not exist.`);
  const inside = found.isDirectory() ? inFolder(path) : path;
  if (inside === undefined) throw new ConfigError(`The folder ${file} has no longhaul.config.ts.`);
  return inside;
}

function inFolder(folder: string): string | undefined {
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

async function evaluate(path: string, shown: string): Promise<{ config: unknown; sources: string[] }> {
  const { defaultExport, hasNamedExportsOnly, loadModule, whyNotLoaded } = await import('./load-module.js');
  try {
    const { exported, sources } = await loadModule(path);
    if (!hasNamedExportsOnly(exported)) return { config: defaultExport(exported), sources };
  } catch (error) {
    throw new ConfigError(`${shown} can't be loaded: ${whyNotLoaded(error, path)}`, { cause: error });
  }
  throw new ConfigError(`${shown} has no default export: begin with export default defineConfig({ … }).`);
}

function withAbsolutePaths(config: LonghaulConfig, folder: string): Omit<LoadedConfig, 'sources'> {
  const { workflowsPath, dataConverter, interceptors, histories = 'replay-histories' } = config;
  const own = (path: string): string => (path.startsWith('.') ? resolve(folder, path) : path);
  return {
    ...config,
    folder,
    histories: (typeof histories === 'string' ? [histories] : histories).map((path) => resolve(folder, path)),
    ...(workflowsPath === undefined ? {} : { workflowsPath: modulePath(workflowsPath, folder) }),
    ...(dataConverter === undefined ? {} : { dataConverter: converterPaths(dataConverter, own) }),
    ...(interceptors?.workflowModules === undefined
      ? {}
      : { interceptors: { ...interceptors, workflowModules: interceptors.workflowModules.map(own) } }),
  };
}

function converterPaths(converter: ConfiguredDataConverter, own: (path: string) => string): ConfiguredDataConverter {
  const { payloadConverterPath, failureConverterPath } = converter;
  return {
    ...converter,
    ...(payloadConverterPath === undefined ? {} : { payloadConverterPath: own(payloadConverterPath) }),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath: own(failureConverterPath) }),
  };
}

/** The path of a module that may be written as an import is: without its ending, or as a URL. */
function modulePath(path: string, folder: string): string {
  const absolute = path.startsWith('file:') ? fileURLToPath(path) : isAbsolute(path) ? path : resolve(folder, path);
  if (existsSync(absolute)) return absolute;
  const spelled = absolute.replace(/\.([cm]?)js$/, '.$1ts'); // as ESM imports name a TypeScript file
  const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((ending) => `${absolute}${ending}`);
  return [spelled, ...endings].find((candidate) => existsSync(candidate)) ?? absolute;
}
