import ts from 'typescript';
import { lineOf } from './syntax.js';

/** A comment `longhaul-ignore <rule>: <reason>` and the line of code that it speaks of. */
export interface Ignore {
  file: ts.SourceFile;
  pos: number;
  end: number;
  line: number;
  rule: string;
  /** Empty where the author left it out: then the comment silences nothing. */
  reason: string;
}

const known = new WeakMap<ts.SourceFile, readonly Ignore[]>();

export function ignoresIn(file: ts.SourceFile): readonly Ignore[] {
  let found = known.get(file);
  if (found === undefined) {
    found = file.text.includes('longhaul-ignore') ? parse(file) : [];
    known.set(file, found);
  }
  return found;
}

function parse(file: ts.SourceFile): readonly Ignore[] {
  const pattern = /(\/\/|\/\*)[ \t]*longhaul-ignore[ \t]+(?:longhaul\/)?([\w-]+)[ \t]*(?::[ \t]*(.*))?/g;
  return [...file.text.matchAll(pattern)].flatMap((match): readonly Ignore[] => {
    const [text, open, rule = '', rest = ''] = match;
    const next = nextToken(file, match.index);
    if (next === undefined) return [];
    const reason = (open === '/*' ? rest.replace(/\*\/.*$/, '') : rest).trim();
    const start = file.getLineStarts()[file.getLineAndCharacterOfPosition(match.index).line] ?? 0;
    const trails = file.text.slice(start, match.index).trim() !== '';
    const line = lineOf(file, trails ? match.index : next);
    return [{ file, pos: match.index, end: match.index + text.length, line, rule, reason }];
  });
}

/** Where the code after a comment starts; nothing where the position is inside code, such as a string. */
function nextToken(file: ts.SourceFile, position: number): number | undefined {
  let node: ts.Node = file;
  for (;;) {
    const child = node.getChildren(file).find((candidate) => candidate.pos <= position && position < candidate.end);
    if (child === undefined) return file.text.length;
    const start = child.getStart(file);
    if (start > position) return start;
    if (child.getChildCount(file) === 0) return undefined;
    node = child;
  }
}
