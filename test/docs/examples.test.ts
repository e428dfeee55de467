import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { page, pages, prose, root } from './pages';
import type { Page } from './pages';

describe('the documentation', () => {
  it('has examples that compile', function () {
    this.timeout(180_000);
    // One program for all pages: most of the time goes into what they have in common.
    assert.deepEqual(typeErrors(new Map(pages().flatMap((each) => [...examplesOf(each)]))), []);
  });

  for (const { path, text } of pages()) {
    it(`has links that lead somewhere: ${path}`, () => {
      assert.deepEqual(deadLinks({ path, text }), []);
    });
  }

  it('names only scripts of npm that there are', () => {
    const { scripts } = JSON.parse(page('package.json').text) as { scripts: Record<string, string> };
    const named = pages().flatMap(({ text }) => [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)]);
    const unknown = named.map(([, run, short]) => run ?? short ?? '').filter((name) => !(name in scripts));
    assert.deepEqual(unknown, []);
  });

  it('has a smallest program in its README', () => {
    const names = [...examplesOf(page('README.md')).keys()].map((file) => posix.basename(file));
    for (const name of ['workflows.ts', 'activities.ts', 'worker.ts', 'client.ts'])
      assert.ok(names.includes(name), name);
  });
});

describe('the check of the documentation', () => {
  const text = (code: string) => `\`\`\`ts\n${code}\n\`\`\`\n`;

  it('finds a type error, with its page and line', () => {
    const wrong = `Words.\n\n${text("import { waitFor } from 'longhaul/workflows';\n\nvoid waitFor(() => true, { timeout: {} });")}`;
    const [error, ...more] = typeErrors(examplesOf({ path: 'a.md', text: wrong }));
    assert.match(error ?? '', /^a\.md:6 /);
    assert.deepEqual(more, []);
  });

  it('lets blocks with a file name import each other, and keeps those without one apart', () => {
    const named = text('// one.ts\nexport const a = 1;') + text("// two.ts\nimport { a } from './one';\nvoid a;");
    const alone = text('const same = 1;\nvoid same;') + text("const same = '';\nvoid same;");
    assert.deepEqual(typeErrors(examplesOf({ path: 'a.md', text: named + alone })), []);
  });

  it('finds a link to a file and to a heading that are not there', () => {
    const links = '[a](absent.md) [b](README.md) [c](#here) [d](#absent) [e](https://example.com)\n\n# Here\n';
    assert.deepEqual(deadLinks({ path: 'README.md', text: links }), ['README.md: absent.md', 'README.md: #absent']);
  });
});

interface Example {
  page: string;
  /** Line of the page that the example's first line is. */
  line: number;
  code: string;
}

/** Every block of TypeScript, under the file name that the compiler is to know it by. */
function examplesOf({ path, text }: Page): Map<string, Example> {
  const examples = new Map<string, Example>();
  for (const block of text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)) {
    const code = block[1] ?? '';
    const line = text.slice(0, block.index).split('\n').length + 1;
    const name = /^\/\/ ([\w./-]+\.ts)$/m.exec(code.split('\n')[0] ?? '')?.[1];
    const file = posix.join(
      posix.dirname(path),
      `examples-of-${posix.basename(path, '.md')}`,
      name ?? `line-${line}.ts`,
    );
    assert.ok(!examples.has(file), `${path} has two files ${name ?? ''}`);
    // Without an import or export it would share its names with all others.
    examples.set(file, { page: path, line, code: `${code}export {};\n` });
  }
  return examples;
}

/** Checks the examples as one program, under this project's own compiler options; `longhaul` is this project itself. */
function typeErrors(examples: ReadonlyMap<string, Example>): string[] {
  const configFile = join(root, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
    { noEmit: true, incremental: false, composite: false },
    configFile,
  );
  delete options.tsBuildInfoFile;
  const sources = new Map([...examples].map(([file, example]) => [join(root, file), example]));
  const host = ts.createCompilerHost(options);
  const onDisk = { fileExists: host.fileExists.bind(host), readFile: host.readFile.bind(host) };
  const getSourceFile = host.getSourceFile.bind(host);
  const folders = new Set([...sources.keys()].map((file) => dirname(file)));
  const directoryExists = host.directoryExists?.bind(host);
  host.fileExists = (file) => sources.has(file) || onDisk.fileExists(file);
  host.readFile = (file) => sources.get(file)?.code ?? onDisk.readFile(file);
  host.directoryExists = (folder) => folders.has(folder) || (directoryExists?.(folder) ?? false);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const code = sources.get(file)?.code;
    return code === undefined
      ? getSourceFile(file, languageVersion, ...rest)
      : ts.createSourceFile(file, code, languageVersion, true);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  const problems = [...program.getOptionsDiagnostics()];
  for (const file of sources.keys()) problems.push(...ts.getPreEmitDiagnostics(program, program.getSourceFile(file)));
  return problems.map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const example = file && sources.get(file.fileName);
    if (!example) return message;
    return `${example.page}:${example.line + file.getLineAndCharacterOfPosition(start).line} ${message}`;
  });
}

/** Relative links of a page that lead to no file, or to no heading of it. */
function deadLinks({ path, text }: Page): string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', heading] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      if (heading === undefined) return false;
      return !headingsOf(file === '' ? text : page(target).text).has(heading);
    })
    .map((link) => `${path}: ${link}`);
}

function headingsOf(text: string): Set<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}
