import type { Rule } from 'eslint';
import ts from 'typescript';
import type { Finding } from '../analysis/index.js';
import { importEdit, type NamedImport } from './import-edit.js';
import { suggestionOf } from './suggestions.js';

/** A replacement of a hazard by what is meant. */
export interface Replacement {
  /** What it does, as an editor offers it. */
  title: string;
  fix: Rule.ReportFixer;
  /** Whether it is sure to compile and to change nothing: everything else is left to the author. */
  safe: boolean;
}

interface Spelling {
  pattern: RegExp;
  name: string;
  write: (local: string) => string;
}

const spellings: readonly Spelling[] = [
  { pattern: /^Date\s*\.\s*now\s*\(\s*\)$/, name: 'workflowNow', write: (local) => `${local}()` },
  { pattern: /^new\s+Date\s*(\(\s*\))?$/, name: 'workflowNow', write: (local) => `new Date(${local}())` },
  { pattern: /^Math\s*\.\s*random\s*\(\s*\)$/, name: 'random', write: (local) => `${local}()` },
];

/** The replacement for a finding, where there is one: only for the hazard itself, in plain spellings. */
export function replacementOf(finding: Finding, program: ts.Program, hasLonghaul: boolean): Replacement | undefined {
  const { node, hazard, effect } = finding;
  if (node !== hazard.node) return undefined;
  return effect === 'clock' || effect === 'random'
    ? sanctioned(finding, program, hasLonghaul)
    : suggestionOf(effect, node);
}

function sanctioned(
  { node, unit, ownership }: Finding,
  program: ts.Program,
  hasLonghaul: boolean,
): Replacement | undefined {
  const file = node.getSourceFile();
  const spelling = spellings.find(({ pattern }) => pattern.test(node.getText()));
  if (spelling === undefined) return undefined;
  if (hasLonghaul) {
    const named = importEdit(file, 'longhaul/workflows', spelling.name);
    // At module level the code also runs wherever a client imports the workflow for its type.
    const safe = ownership === 'owned' && unit.kind !== 'module' && unit.kind !== 'wrapped';
    const title = `Use ${spelling.name} from longhaul/workflows.`;
    return named && { title, fix: fixer(node, named, spelling.write), safe };
  }
  if (spelling.name !== 'random' || !sdkHasStream(program)) return undefined;
  const named = importEdit(file, '@temporalio/workflow', 'workflowRandom');
  const write = (local: string): string => `${local}.random()`;
  const title = 'Use workflowRandom from @temporalio/workflow.';
  return named && { title, fix: fixer(node, named, write), safe: false };
}

function fixer(node: ts.Node, { local, edit }: NamedImport, write: (local: string) => string): Rule.ReportFixer {
  return (to) => [
    ...(edit === undefined ? [] : [to.insertTextAfterRange([edit.position, edit.position], edit.text)]),
    to.replaceTextRange([node.getStart(), node.end], write(local)),
  ];
}

/** Whether the SDK in use exports its random stream; without types the reader has to know. */
function sdkHasStream(program: ts.Program): boolean {
  const entry = program.getSourceFiles().find((file) => file.fileName.endsWith('/@temporalio/workflow/lib/index.d.ts'));
  return entry === undefined || entry.text.includes('workflowRandom');
}
