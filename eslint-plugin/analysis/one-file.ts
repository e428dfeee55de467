import ts from 'typescript';

/**
 * A program of one file and nothing else, for where the parser brings no types: names are bound, imports lead nowhere.
 *
 * It costs about as much as parsing the file once more, and lets one engine serve both cases.
 */
export function oneFileProgram(path: string, text: string): ts.Program {
  const name = /\.[cm]?[jt]sx?$/.test(path) ? path : `${path}.ts`;
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const host: ts.CompilerHost = {
    getSourceFile: (wanted) => (wanted === name ? file : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: (wanted) => wanted,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: (wanted) => wanted === name,
    readFile: () => undefined,
  };
  return ts.createProgram([name], { allowJs: true, noLib: true, noResolve: true, types: [] }, host);
}
