import { linterInstall } from '../config';
import type { AttributedFinding } from './attribute-findings';
import { findLinter } from './find-linter';

export interface LintFinding {
  rule: string;
  file: string;
  line: number;
  message: string;
  chain: readonly { name: string; file: string; line: number }[];
}

/** What the linter says of the project; `missing` where it says nothing. */
export interface LintEvidence {
  /** The folder that its files are relative to. */
  folder: string;
  findings: readonly AttributedFinding[];
  /** Modules whose exports are workflows. */
  roots: readonly string[];
  /** Findings that are there, and that `eslint-suppressions.json` accepts, which names neither reason nor owner. */
  accepted: readonly AttributedFinding[];
  /** Why there is nothing, one sentence. */
  missing?: { message: string; command: string };
}

interface Printed {
  roots: string[];
  baseline?: { accepted?: LintFinding[] };
  findings: LintFinding[];
}

/** Runs `longhaul lint` over a project, with the linter that it has. */
export async function gatherLint(folder: string, paths: readonly string[] = ['.']): Promise<LintEvidence> {
  const none = { folder, findings: [], roots: [], accepted: [] };
  const linter = findLinter(folder);
  if (!linter) {
    const { why, command } = linterInstall(folder);
    return { ...none, missing: { message: why, command } };
  }
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), cwd: folder };
  await linter.main(['--json', ...paths], io);
  const printed = parsed(out.join('\n'));
  if (!printed || printed.roots.length === 0) {
    const why = (err.find((line) => line.startsWith('longhaul-lint:')) ?? 'The linter printed no result.')
      .replace(/^longhaul-lint: /, '')
      .replace(/(?<!\.)$/, '.');
    const command = /\b(?:npm install|(?:pnpm|yarn|bun) add) [^.]+/.exec(why)?.[0] ?? 'npx longhaul lint';
    return { ...none, missing: { message: `The linter did not get far: ${why}`, command } };
  }
  const { findings, roots, baseline } = printed;
  return { folder, findings, roots, accepted: baseline?.accepted ?? [] };
}

function parsed(text: string): Printed | undefined {
  try {
    const printed = JSON.parse(text) as Partial<Printed>;
    return Array.isArray(printed.findings) && Array.isArray(printed.roots) ? (printed as Printed) : undefined;
  } catch {
    return undefined;
  }
}
