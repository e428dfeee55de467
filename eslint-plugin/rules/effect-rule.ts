import { createRequire } from 'node:module';
import type { Rule, SourceCode } from 'eslint';
import type ts from 'typescript';
import type { Effect } from '../analysis/index.js';
import { addCommand } from '../package-manager.js';
import type { FileReport, FileReports } from './file-reports.js';
import { tell } from './observer.js';

/** The parts of typescript-eslint's parser services that the rules use. */
interface TypedServices {
  program?: ts.Program | null;
  esTreeNodeToTSNodeMap?: { get(node: unknown): ts.Node };
}

export interface EffectRuleOptions {
  effect: Effect;
  name: string;
  description: string;
  /** `running` for what goes wrong although each replay goes the same way. @default 'determinism' */
  category?: 'determinism' | 'running';
  /** Whether `--fix` may change code for it. @default false */
  fixable?: boolean;
}

/** A rule that reports where workflow code reaches one effect. */
export function effectRule({
  effect,
  name,
  description,
  category = 'determinism',
  fixable = false,
}: EffectRuleOptions): Rule.RuleModule {
  const url = `https://www.npmjs.com/package/eslint-plugin-longhaul#${name}`;
  const docs = { description, category, recommended: true, url };
  return {
    meta: {
      type: 'problem',
      docs,
      ...(fixable ? { fixable: 'code' as const } : {}),
      ...(suggested.has(effect) ? { hasSuggestions: true } : {}),
      schema: [],
      messages: { found: '{{text}}', replace: '{{title}}', noTypeScript: missing },
    },
    create(context) {
      return {
        Program(node) {
          const load = loadReports();
          if (load === undefined) {
            context.report({
              node,
              messageId: 'noTypeScript',
              data: { command: addCommand(context.cwd, ['typescript'], { dev: true }) },
            });
            return;
          }
          const { sourceCode, cwd, settings, filename } = context;
          const { program, file } = programOf(sourceCode, filename, load);
          const { analysis, reports } = load.reportsOf(file, program, effect, settings, cwd, filename);
          tell((observer) => observer.analysed(analysis));
          for (const report of reports) emit(context, report, name);
        },
      };
    },
  };
}

/** Effects for which an editor may offer something. */
const suggested = new Set<Effect>(['clock', 'random', 'time-zone', 'locale', 'timer', 'dynamic-import']);

const missing = 'The rules of eslint-plugin-longhaul need the package typescript, which was not found: {{command}}';

function emit(
  context: Rule.RuleContext,
  { start, end, text, chain, spots, replacement }: FileReport,
  rule: string,
): void {
  const { sourceCode } = context;
  const loc = { start: sourceCode.getLocFromIndex(start), end: sourceCode.getLocFromIndex(end) };
  const suggest =
    replacement === undefined || replacement.safe
      ? []
      : [{ messageId: 'replace', data: { title: replacement.title }, fix: replacement.fix }];
  const fix = replacement?.safe === true ? replacement.fix : null;
  context.report({ loc, messageId: 'found', data: { text }, fix, suggest });
  const { line, column } = loc.start;
  tell((observer) => observer.reported({ rule, file: context.filename, line, column: column + 1, chain, spots }));
}

let loaded: FileReports | undefined;

/** Loaded with the first file: a configuration that only names the plugin works without TypeScript. */
function loadReports(): FileReports | undefined {
  if (loaded !== undefined) return loaded;
  const load = createRequire(__filename);
  try {
    load.resolve('typescript');
  } catch {
    return undefined;
  }
  return (loaded = load('./file-reports.js') as FileReports);
}

const alone = new WeakMap<SourceCode, ts.Program>();

function programOf(
  source: SourceCode,
  path: string,
  load: FileReports,
): { program: ts.Program; file: ts.SourceFile | undefined } {
  const services = source.parserServices as TypedServices;
  if (services.program) {
    return {
      program: services.program,
      file: services.esTreeNodeToTSNodeMap?.get(source.ast) as ts.SourceFile | undefined,
    };
  }
  let program = alone.get(source);
  if (program === undefined) alone.set(source, (program = load.oneFileProgram(path, source.text)));
  return { program, file: program.getSourceFile(program.getRootFileNames()[0] ?? path) };
}
