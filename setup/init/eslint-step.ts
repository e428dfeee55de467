import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { closingOf, isMark, tokensOf } from '../tokens';
import type { Token } from '../tokens';
import { withEndingsOf, withInsertions } from './edit';
import type { Step } from './edit';
import { relativeModule } from './find-worker';
import type { Project } from './project';
import { upwards } from './project';

const what = 'the rules of eslint-plugin-longhaul';
const names = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts'].map((ending) => `eslint.config.${ending}`);
const oldNames = ['js', 'cjs', 'json', 'yaml', 'yml'].map((ending) => `.eslintrc.${ending}`).concat('.eslintrc');

/** An entry in the ESLint configuration that is there, or else a configuration. */
export function eslintStep(project: Project): Step {
  const { folder, root } = project;
  const at = upwards(folder, (here) => here === root || names.some((name) => existsSync(join(here, name)))) ?? folder;
  const path = names.map((name) => join(at, name)).find((file) => existsSync(file));
  if (path !== undefined) return entryIn(path, project, at);
  const old = [folder, root]
    .flatMap((here) => oldNames.map((name) => join(here, name)))
    .find((file) => existsSync(file));
  if (old !== undefined) {
    const why = `${basename(old)} is of a form that ESLint 9 has left; longhaul lint runs without it. When you move to eslint.config.mjs, have in it:`;
    return { kind: 'by-hand', path: old, why, lines: newFile(project).split('\n') };
  }
  return {
    kind: 'edit',
    edit: { path: join(folder, 'eslint.config.mjs'), what, before: undefined, after: `${newFile(project)}\n` },
  };
}

function newFile(project: Project): string {
  const { outDir, sources, folder } = project;
  // Anchored: where a compiler writes to `lib`, `src/lib` is still source.
  const built = outDir === undefined ? '' : plain(outDir);
  const isInside = built !== '' && built !== '.' && !/^(?:\.\.|\/)/.test(built);
  const anywhere = ['dist', 'build', 'coverage'];
  const isSource = (name: string): boolean =>
    sources.some((file) => relative(folder, file).split(sep).slice(1, -1).includes(name));
  const ignored = [
    ...anywhere.map((name) => ({ name, glob: isSource(name) ? `${name}/**` : `**/${name}/**` })),
    ...(isInside && !anywhere.includes(built) ? [{ name: built, glob: `${built}/**` }] : []),
  ];
  const kept = ignored
    .filter(({ name }) => !filesOf(project, project.folder).some((glob) => glob.startsWith(`${name}/`)))
    .map(({ glob }) => `'${glob}'`);
  return [
    ...imports(false, 'tseslint'),
    '',
    'export default [',
    `  { ignores: [${[...kept, "'*.config.*'"].join(', ')}] },`,
    ...entry(project, project.folder, 'tseslint').map((line) => `  ${line}`),
    '];',
  ].join('\n');
}

const imports = (isCommonJs: boolean, parser: string | undefined): string[] =>
  isCommonJs
    ? [
        "const longhaul = require('eslint-plugin-longhaul');",
        ...(parser === undefined ? [] : [`const ${parser} = require('typescript-eslint');`]),
      ]
    : [
        "import longhaul from 'eslint-plugin-longhaul';",
        ...(parser === undefined ? [] : [`import ${parser} from 'typescript-eslint';`]),
      ];

/** @param parser What `typescript-eslint` is called; undefined where the configuration has set its parser already. */
function entry(project: Project, at: string, parser: string | undefined): string[] {
  return [
    '{',
    '  ...longhaul.configs.typed,',
    `  files: [${filesOf(project, at)
      .map((glob) => `'${glob}'`)
      .join(', ')}],`,
    ...(parser === undefined
      ? []
      : [`  languageOptions: { parser: ${parser}.parser, parserOptions: { projectService: true } },`]),
    '},',
  ];
}

/** What the compiler reads, as ESLint's globs: a file that it does not read has no types. */
function filesOf({ folder, include, compilesRoot }: Project, at: string): string[] {
  const inside = at === folder ? '' : `${relativeModule(at, folder).replace(/^\.\//, '')}/`;
  if (include === null) return [`${inside}**/*.{js,mjs,cjs,ts}`];
  if (include === undefined || compilesRoot) return [`${inside}**/*.ts`];
  const globs = include.map(plain).flatMap((pattern) => {
    if (/\.[cm]?tsx?$/.test(pattern)) return [pattern];
    if (/\.[a-z]+$|^\.\./.test(pattern)) return [];
    return [`${pattern.replace(/(?:\/\*\*)?(?:\/\*)?$/, '')}/**/*.ts`];
  });
  return (globs.length === 0 ? ['**/*.ts'] : globs).map((glob) => inside + glob);
}

const plain = (path: string): string => path.replace(/^\.\//, '').replace(/\/$/, '');

function entryIn(path: string, project: Project, at: string): Step {
  const text = readFileSync(path, 'utf8');
  const isForThis = filesOf(project, at).some((glob) => text.includes(`'${glob}'`) || text.includes(`"${glob}"`));
  // In a monorepo the file may have the entry of another package.
  if (text.includes('eslint-plugin-longhaul') && (at === project.folder || isForThis))
    return { kind: 'kept', path, what };
  const tokens = tokensOf(text);
  const configured = /\bprojectService\b|\bparserOptions\b[^}]*\bproject\s*:/.test(text);
  const own =
    /import\s+(\w+)\s+from\s+['"]typescript-eslint['"]|(?:const|let)\s+(\w+)\s*=\s*require\(['"]typescript-eslint['"]\)/.exec(
      text,
    );
  const parser = configured ? undefined : (own?.[1] ?? own?.[2] ?? 'tseslint');
  const isCommonJs = tokens.some((token, index) => token.raw === 'module' && tokens[index + 2]?.raw === 'exports');
  const lines = {
    imports: [
      ...(text.includes('eslint-plugin-longhaul') ? [] : imports(isCommonJs, undefined)),
      ...(own || parser === undefined ? [] : imports(isCommonJs, parser).slice(1)),
    ],
    entry: entry(project, at, parser),
  };
  const list = listOf(tokens);
  if (!list) {
    const why =
      'its list of entries is made in a way that can not be edited safely: add the imports at its top, and the entry as the last of the list';
    return { kind: 'by-hand', path, why, lines: [...lines.imports, ...lines.entry] };
  }
  const indent = /\n([ \t]+)\S/.exec(text.slice(list.open.end))?.[1] ?? '  ';
  const body = lines.entry.map((line) => `${indent}${line}\n`).join('');
  const last = list.last;
  const isEmpty = last === list.open;
  const comma = isEmpty || isMark(last, ',') ? '' : ',';
  // After a comment that follows the last entry on its line.
  const lineEnd = text.indexOf('\n', last.end);
  const ownLine = lineEnd !== -1 && lineEnd < list.close.start;
  const pieces = [
    { at: importsEnd(tokens), text: lines.imports.map((line) => `${line}\n`).join('') },
    ...(comma === '' ? [] : [{ at: last.end, text: comma }]),
    ownLine ? { at: lineEnd + 1, text: body } : { at: list.close.start, text: `\n${body}` },
  ].map((piece) => ({ ...piece, text: withEndingsOf(text, piece.text) }));
  return { kind: 'edit', edit: { path, what, before: text, after: withInsertions(text, pieces) } };
}

/** Where the first statement of the file begins: imports may stand above it in any order. */
function importsEnd(tokens: readonly Token[]): number {
  const [first, second] = tokens;
  const isDirective = first?.kind === 'text' && second !== undefined;
  const start = isDirective ? (isMark(second, ';') ? tokens[2] : second) : first;
  return start?.start ?? 0;
}

interface List {
  open: Token;
  /** The last token before the end, or `open`. */
  last: Token;
  close: Token;
}

/** The list of a default export: `[ … ]`, or what `defineConfig( … )` and `tseslint.config( … )` are given. */
function listOf(tokens: readonly Token[]): List | undefined {
  const begins = tokens.flatMap((token, index) => {
    const [second, third, fourth] = tokens.slice(index + 1, index + 4);
    if (token.raw === 'export' && second?.raw === 'default') return [index + 2];
    return token.raw === 'module' && isMark(second, '.') && third?.raw === 'exports' && isMark(fourth, '=')
      ? [index + 4]
      : [];
  });
  const [begin] = begins;
  if (begin === undefined || begins.length > 1) return undefined;
  let open = begin;
  const call = tokens
    .slice(begin, begin + 4)
    .map(({ raw }) => raw)
    .join('');
  if (/^defineConfig\(/.test(call)) open = begin + 1;
  else if (/^\w+\.config\($/.test(call)) open = begin + 3;
  if (
    isMark(tokens[open], '(') &&
    isMark(tokens[open + 1], '[') &&
    closingOf(tokens, open + 1) === closingOf(tokens, open) - 1
  )
    open += 1;
  const isList = isMark(tokens[open], '[') || (open > begin && isMark(tokens[open], '('));
  const close = closingOf(tokens, open);
  const after = tokens.slice(close + 1).filter((token) => !isMark(token, ';') && !isMark(token, ')'));
  const [opening, last, closing] = [tokens[open], tokens[close - 1], tokens[close]];
  if (!isList || after.length > 0 || !opening || !last || !closing) return undefined;
  return { open: opening, last, close: closing };
}
