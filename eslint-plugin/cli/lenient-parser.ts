import type { Linter } from 'eslint';

/** A parser that reads a file which no tsconfig.json lists without types, rather than not at all. */
export function lenient(parser: Linter.Parser): Linter.Parser {
  if (!('parseForESLint' in parser)) return parser;
  return {
    ...parser,
    parseForESLint(code, options) {
      try {
        return parser.parseForESLint(code, options);
      } catch (error) {
        if (!isOutsideProjects(error)) throw error;
        return parser.parseForESLint(code, { ...options, ...untyped });
      }
    },
  };
}

const untyped = { projectService: false, project: undefined };

function isOutsideProjects(error: unknown): boolean {
  return error instanceof Error && outside.test(error.message);
}

const outside = /was not found by the project service|none of those projects include|TSConfig does not include/;
