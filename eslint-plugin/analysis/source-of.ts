import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * The source that a declaration file, or a JavaScript file that may not be built yet, is made from.
 *
 * Its declaration map says so; else the `outDir` of the nearest tsconfig.json does.
 */
export function sourceOf(output: string): string | undefined {
  return fromMap(output) ?? fromConfig(output);
}

function fromMap(output: string): string | undefined {
  const text = ts.sys.readFile(`${output}.map`);
  if (text === undefined) return undefined;
  try {
    const { sources = [], sourceRoot = '' } = JSON.parse(text) as { sources?: string[]; sourceRoot?: string };
    const [only] = sources;
    const path = only === undefined ? undefined : slashed(resolve(dirname(output), sourceRoot, only));
    return path !== undefined && ts.sys.fileExists(path) ? path : undefined;
  } catch {
    // A map that can't be read says nothing.
    return undefined;
  }
}

function fromConfig(output: string): string | undefined {
  const stem = output.replace(/(\.d)?\.[cm]?[jt]sx?$/, '');
  for (const { from, to } of foldersAround(output)) {
    const inner = relative(from, stem);
    if (inner.startsWith('..')) continue;
    for (const ending of endings) {
      const path = slashed(join(to, `${inner}${ending}`));
      if (ts.sys.fileExists(path)) return path;
    }
  }
  return undefined;
}

const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'];

/** Where the compiler puts what, by the configurations of the package. */
function foldersAround(output: string): readonly { from: string; to: string }[] {
  const home = packageFolder(output);
  if (home === undefined) return [];
  const found = ['tsconfig.json', 'tsconfig.build.json', 'tsconfig.lib.json'].flatMap((name) => {
    const path = join(home, name);
    if (!ts.sys.fileExists(path)) return [];
    const { config } = ts.readConfigFile(path, (file) => ts.sys.readFile(file)) as { config?: unknown };
    // The list of files is not needed: only where they go.
    const { options } = ts.parseJsonConfigFileContent(config ?? {}, { ...ts.sys, readDirectory: () => [] }, home);
    const outputs = [options.declarationDir, options.outDir].filter((folder) => folder !== undefined);
    const inputs = options.rootDir === undefined ? [join(home, 'src'), home] : [options.rootDir];
    return outputs.flatMap((from) => inputs.map((to) => ({ from, to })));
  });
  // A bundler's output has no configuration to read.
  return [...found, ...['dist', 'lib', 'build'].map((from) => ({ from: join(home, from), to: join(home, 'src') }))];
}

/** The folder of the package that a file, which need not exist, belongs to. */
export function packageFolder(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (ts.sys.fileExists(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

export function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
