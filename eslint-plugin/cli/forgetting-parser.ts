import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { Linter } from 'eslint';

/**
 * A parser that, where the heap is filling up, has `forget` run before it reads the first file of another project.
 *
 * The parser keeps the programs of all projects: those of a repository with dozens of packages do not fit into a heap.
 */
export function forgetting(parser: Linter.Parser, forget: () => void): Linter.Parser {
  if (!('parseForESLint' in parser)) return parser;
  const projects = new Map<string, string>();
  let last: string | undefined;
  return {
    ...parser,
    parseForESLint(code, options) {
      const { filePath } = options as { filePath: string };
      const project = projectOf(dirname(filePath), projects);
      if (last !== undefined && project !== last && isFillingUp()) forget();
      last = project;
      return parser.parseForESLint(code, options);
    },
  };
}

/** Half of it: the next project, whose size is not known yet, needs the other half. */
function isFillingUp(): boolean {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used > limit / 2;
}

/** The nearest folder with a tsconfig.json; the root where there is none. */
function projectOf(folder: string, known: Map<string, string>): string {
  const found = known.get(folder);
  if (found !== undefined) return found;
  const parent = dirname(folder);
  const isProject = parent === folder || existsSync(join(folder, 'tsconfig.json'));
  const project = isProject ? folder : projectOf(parent, known);
  known.set(folder, project);
  return project;
}
