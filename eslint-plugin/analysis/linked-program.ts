import ts from 'typescript';

/** @param resolved The file that the compiler finds for a specifier, if any. */
export type SourceFor = (specifier: string, from: string, resolved: string | undefined) => string | undefined;

/** A program with sources that another one lacks, and what it takes to make the next one out of it. */
export interface Linked {
  program: ts.Program;
  /** The files that it alone has, by name, as they were on the disk. */
  read: ReadonlyMap<string, OnDisk>;
  /** Where the imports of the other program lead. */
  resolutions: object | undefined;
}

interface OnDisk {
  file: ts.SourceFile;
  /** The text of a source; of a package's file, which may be large, its size and time. */
  state: string;
}

/** What the compiler's program knows beyond its public types, since 5.4. */
interface InnerProgram {
  /** Another object whenever an import of a file leads elsewhere. */
  resolvedModules?: object;
}

/**
 * `given` with the sources that `sourceFor` finds.
 *
 * After an edit most of it is as it was in `last`: files that read the same stay the same objects, and imports of the given
 * files lead where they led. Imports of all others are looked up again, since nobody tells of files that come and go.
 *
 * @param leaving The given files whose imports lead to such sources.
 */
export function linkedProgram(
  given: ts.Program,
  leaving: ReadonlySet<ts.SourceFile>,
  sourceFor: SourceFor,
  last?: Linked,
): Linked {
  const options = given.getCompilerOptions();
  const host = ts.createCompilerHost(options, true);
  const cache = ts.createModuleResolutionCache(
    host.getCurrentDirectory(),
    (name) => host.getCanonicalFileName(name),
    options,
  );
  // The program keeps its host, and what the host's functions name: were that `last`, each program would keep all before it.
  const earlier = last?.read;
  const read = new Map<string, OnDisk>();
  const readFile = (
    name: string,
    language: ts.ScriptTarget | ts.CreateSourceFileOptions,
  ): ts.SourceFile | undefined => {
    const known = read.get(name);
    if (known !== undefined) return known.file;
    const state = stateOf(name);
    const before = earlier?.get(name);
    const isSame =
      before !== undefined && before.state === state && formatOf(language) === before.file.impliedNodeFormat;
    const file = isSame ? before.file : host.getSourceFile(name, language);
    if (file !== undefined && state !== undefined) read.set(name, { file, state });
    return file;
  };
  const { resolvedModules: resolutions } = given as InnerProgram;
  const oldProgram = resolutions !== undefined && last?.resolutions === resolutions ? last.program : undefined;
  const settled = new Set(
    given
      .getSourceFiles()
      .filter((file) => !leaving.has(file))
      .map((file) => (file as { path?: string }).path),
  );
  const program = ts.createProgram({
    rootNames: given.getRootFileNames(),
    options,
    ...(oldProgram === undefined ? {} : { oldProgram }),
    host: {
      ...host,
      getModuleResolutionCache: () => cache,
      hasInvalidatedResolutions: (path) => !settled.has(path),
      getSourceFile: (name, language) => unredirected(given.getSourceFile(name)) ?? readFile(name, language),
      resolveModuleNameLiterals: (literals, from, redirect, _options, file) =>
        literals.map((literal) => {
          const mode = ts.getModeForUsageLocation(file, literal, options);
          const known = ts.resolveModuleName(literal.text, from, options, host, cache, redirect, mode);
          const source = sourceFor(literal.text, from, known.resolvedModule?.resolvedFileName);
          if (source === undefined) return known;
          return { ...known, resolvedModule: { resolvedFileName: source, extension: extensionOf(source) } };
        }),
    },
  });
  return { program, read, resolutions };
}

/** Of a package that is there twice the compiler shows one copy under both names; it wants the copies themselves. */
function unredirected(file: ts.SourceFile | undefined): ts.SourceFile | undefined {
  return (file as { redirectInfo?: { unredirected: ts.SourceFile } } | undefined)?.redirectInfo?.unredirected ?? file;
}

function stateOf(name: string): string | undefined {
  if (!name.includes('/node_modules/')) return ts.sys.readFile(name);
  const time = ts.sys.getModifiedTime?.(name);
  return time === undefined ? undefined : `${String(time.getTime())} ${String(ts.sys.getFileSize?.(name))}`;
}

function formatOf(language: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.ResolutionMode {
  return typeof language === 'object' ? language.impliedNodeFormat : undefined;
}

function extensionOf(path: string): string {
  return /\.[^.]+$/.exec(path)?.[0] ?? '.ts';
}
