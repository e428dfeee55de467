/** A piece of JavaScript, TypeScript or JSON: a name or number, a text without holes, a template with holes, or a mark. */
export interface Token {
  kind: 'name' | 'text' | 'template' | 'mark';
  /** As it stands in the source. */
  raw: string;
  /** Of a text: what it says. */
  value: string;
  start: number;
  end: number;
}

const nameStart = /[\p{ID_Start}$_#0-9]/u;
const namePart = /[\p{ID_Continue}$\u200c\u200d]/u;

/**
 * Splits a source into tokens, without comments. It is far from a parser, and enough to find an object literal and what its
 * fields are set to, in projects that need not have TypeScript installed.
 */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = source.startsWith('#!') ? lineEnd(source, 0) : 0;
  const take = (kind: Token['kind'], end: number, value?: string): void => {
    const raw = source.slice(at, end);
    tokens.push({ kind, raw, value: value ?? raw, start: at, end });
    at = end;
  };
  while (at < source.length) {
    const char = source.charAt(at);
    if (/\s|\uFEFF/.test(char)) at += 1;
    else if (source.startsWith('//', at)) at = lineEnd(source, at);
    else if (source.startsWith('/*', at)) at = indexAfter(source, '*/', at + 2);
    else if (char === '"' || char === "'") {
      const end = textEnd(source, at);
      take('text', end, unescaped(source.slice(at + 1, end - 1)));
    } else if (char === '`') {
      const end = templateEnd(source, at);
      const inside = source.slice(at + 1, end - 1);
      take(inside.includes('${') ? 'template' : 'text', end, unescaped(inside));
    } else if (char === '/' && mayBeginRegExp(tokens.at(-1))) take('mark', regExpEnd(source, at));
    else if (nameStart.test(char)) {
      let end = at + 1;
      while (end < source.length && namePart.test(source.charAt(end))) end += 1;
      take('name', end);
    } else if (source.startsWith('...', at)) take('mark', at + 3);
    else if (source.startsWith('=>', at) || source.startsWith('??', at) || source.startsWith('||', at))
      take('mark', at + 2);
    else take('mark', at + 1);
  }
  return tokens;
}

/** The index of the bracket that closes the one at `open`; the last token where none does. */
export function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    depth += depthOf(tokens[index]);
    if (depth === 0) return index;
  }
  return tokens.length - 1;
}

/** 1 at an opening bracket, -1 at a closing one. */
export function depthOf(token: Token | undefined): number {
  if (token?.kind !== 'mark' || token.raw.length !== 1) return 0;
  return '([{'.includes(token.raw) ? 1 : ')]}'.includes(token.raw) ? -1 : 0;
}

export const isMark = (token: Token | undefined, raw: string): boolean => token?.kind === 'mark' && token.raw === raw;

/** The fields of the object literal whose brace is at `open`, each with the tokens of its value; spreads are left out. */
export function fieldsOf(tokens: readonly Token[], open: number): Map<string, readonly Token[]> {
  const fields = new Map<string, readonly Token[]>();
  const close = closingOf(tokens, open);
  for (let from = open + 1; from < close;) {
    let to = from;
    for (let depth = 0; to < close && !(depth === 0 && isMark(tokens[to], ',')); to += 1) depth += depthOf(tokens[to]);
    const [name, second] = tokens.slice(from, to);
    if (name && (name.kind === 'name' || name.kind === 'text')) {
      if (to === from + 1 && name.kind === 'name') fields.set(name.value, [name]);
      else if (isMark(second, ':')) fields.set(name.value, tokens.slice(from + 2, to));
    }
    from = to + 1;
  }
  return fields;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end === -1 ? source.length : end;
}

function indexAfter(source: string, what: string, from: number): number {
  const at = source.indexOf(what, from);
  return at === -1 ? source.length : at + what.length;
}

function textEnd(source: string, open: number): number {
  for (let at = open + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === source[open] || source[at] === '\n') return at + 1;
  }
  return source.length;
}

function templateEnd(source: string, open: number): number {
  for (let at = open + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '`') return at + 1;
    else if (source.startsWith('${', at)) at = holeEnd(source, at + 2) - 1;
  }
  return source.length;
}

function holeEnd(source: string, from: number): number {
  let depth = 1;
  for (let at = from; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "'" || char === '"') at = textEnd(source, at) - 1;
    else if (char === '`') at = templateEnd(source, at) - 1;
    else if (char === '{') depth += 1;
    else if (char === '}' && (depth -= 1) === 0) return at + 1;
  }
  return source.length;
}

/** After a value a slash divides; elsewhere it begins a regular expression. */
function mayBeginRegExp(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === 'name') return /^(return|typeof|case|in|of|await|yield|void|delete|else|do)$/.test(before.raw);
  return before.kind === 'mark' && !/^[)\]}]$/.test(before.raw);
}

function regExpEnd(source: string, open: number): number {
  let inClass = false;
  for (let at = open + 1; at < source.length && source[at] !== '\n'; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) {
      let end = at + 1;
      while (/[a-z]/.test(source.charAt(end))) end += 1;
      return end;
    }
  }
  return open + 1;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char));
}
