import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A code block of a rule's page, with what its first line says of it. */
export interface PageExample {
  rule: string;
  kind: 'incorrect' | 'correct';
  index: number;
  code: string;
  /** What happens in the sandbox: `differs by locale`; empty for a correct one, which is the same everywhere. */
  claim: string;
  /** Arguments of the workflow. */
  args: readonly unknown[];
  /** A query to ask at the end, whose answer counts. */
  query: string | undefined;
  /** Another file that the example imports. */
  file: { name: string; content: string } | undefined;
}

export function pageOf(root: string, rule: string): string {
  return readFileSync(join(root, 'eslint-plugin/docs/rules', `${rule}.md`), 'utf8');
}

/** The examples on a rule's page, in their order. */
export function examplesOf(root: string, rule: string): readonly PageExample[] {
  const page = pageOf(root, rule);
  return (['incorrect', 'correct'] as const).flatMap((kind) => {
    const heading = kind === 'incorrect' ? 'Incorrect' : 'Correct';
    const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    return [...section.matchAll(/```ts *([^\n]*)\n([^]*?)```/g)].map(([, info = '', code = ''], i) => ({
      rule,
      kind,
      index: i + 1,
      code,
      ...parseInfo(info),
    }));
  });
}

function parseInfo(info: string): Pick<PageExample, 'claim' | 'args' | 'query' | 'file'> {
  const file = /\bwith file (\S+): (.*)$/.exec(info);
  const rest = file === null ? info : info.slice(0, file.index);
  const query = /\bin query (\w+)/.exec(rest)?.[1];
  const args = /\bwith (\[.*\])/.exec(rest)?.[1];
  const claim = rest.replace(/\bin query \w+/, '').replace(/\bwith \[.*\]/, '');
  return {
    claim: claim.trim(),
    args: args === undefined ? [] : (JSON.parse(args) as unknown[]),
    query,
    file: file === null ? undefined : { name: file[1] ?? '', content: file[2] ?? '' },
  };
}
