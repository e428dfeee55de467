import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { closingOf, isMark, tokensOf } from '../tokens';
import { withEndingsOf, withInsertions } from './edit';
import type { Step } from './edit';
import type { Manifest, Project } from './project';

const what = 'scripts';
const wanted = {
  'dev:workflows': 'longhaul dev',
  'lint:workflows': 'longhaul lint',
  'replay:workflows': 'longhaul replay',
};

/** Scripts in `package.json`, whose other text stays as it is. */
export function scriptsStep({ folder, manifest, manifestText: text }: Project): Step {
  const path = join(folder, 'package.json');
  const { scripts = {} } = manifest;
  const missing = Object.entries(wanted).filter(
    ([name, command]) => !(name in scripts) && !Object.values(scripts).some((own) => own.includes(command)),
  );
  if (missing.length === 0) return { kind: 'kept', path, what };
  const after = inserted(text, missing);
  const lines = missing.map(([name, command]) => `${JSON.stringify(name)}: ${JSON.stringify(command)}`);
  if (after === undefined || !isSafe(after, manifest, missing)) {
    return { kind: 'by-hand', path, why: 'add to "scripts"', lines };
  }
  return { kind: 'edit', edit: { path, what, before: text, after } };
}

function inserted(text: string, entries: readonly (readonly [string, string])[]): string | undefined {
  const tokens = tokensOf(text);
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? '  ';
  const open = tokens.findIndex((token) => isMark(token, '{'));
  const scripts = topLevelValue(
    tokens.map(({ value }) => value),
    open,
    'scripts',
  );
  const within = scripts !== undefined && isMark(tokens[scripts], '{') ? scripts : undefined;
  const from = within ?? open;
  const closing = tokens[closingOf(tokens, from)];
  const last = tokens[closingOf(tokens, from) - 1];
  if (!last || !closing) return undefined;
  const comma = last === tokens[from] ? '' : ',';
  if (!text.slice(last.end, closing.start).includes('\n')) {
    // All in one line: it stays in that line.
    const [space, colon] = /":\s/.test(text) || comma === '' ? [' ', ': '] : ['', ':'];
    const pairs = entries.map(([name, command]) => JSON.stringify(name) + colon + JSON.stringify(command));
    const list = pairs.join(`,${space}`);
    const body = within === undefined ? `"scripts"${colon}{${space}${list}${space}}` : list;
    const end = comma === '' ? space : '';
    return withInsertions(text, [{ at: last.end, text: `${comma}${space}${body}${end}` }]);
  }
  const lines = (depth: number): string =>
    entries
      .map(([name, command]) => `\n${indent.repeat(depth)}${JSON.stringify(name)}: ${JSON.stringify(command)}`)
      .join(',');
  const body = within === undefined ? `\n${indent}"scripts": {${lines(2)}\n${indent}}` : lines(2);
  return withInsertions(text, [{ at: last.end, text: withEndingsOf(text, comma + body) }]);
}

/** The index of the token that a field of the outermost object is set to. */
function topLevelValue(values: readonly string[], open: number, name: string): number | undefined {
  let depth = 0;
  for (let index = open; index < values.length; index += 1) {
    const value = values[index] ?? '';
    if (value === '{' || value === '[') depth += 1;
    else if (value === '}' || value === ']') depth -= 1;
    else if (depth === 1 && value === name && values[index + 1] === ':') return index + 2;
  }
  return undefined;
}

function isSafe(after: string, { scripts, ...rest }: Manifest, added: readonly (readonly [string, string])[]): boolean {
  try {
    const read = JSON.parse(after.replace(/^\uFEFF/, '')) as unknown;
    return isDeepStrictEqual(read, { ...rest, scripts: { ...scripts, ...Object.fromEntries(added) } });
  } catch {
    return false;
  }
}
