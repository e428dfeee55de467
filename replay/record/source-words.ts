/** The words of workflow code: what a redacted history may go on saying, since whoever sees it sees the code as well. */
export interface SourceWords {
  /** String literals, the fixed parts of templates, and names of properties that are written down. */
  readonly literals: ReadonlySet<string>;
  /** The single words of the literals. */
  readonly words: ReadonlySet<string>;
  /** All names. */
  readonly names: ReadonlySet<string>;
}

/** Reads the words of the workflow code in a bundle: of the user's own modules and of longhaul, not of other packages. */
export function wordsOfBundle(bundleCode: string): SourceWords {
  return wordsOf(sourcesOf(bundleCode));
}

export function wordsOf(sources: readonly string[]): SourceWords {
  const literals = new Set<string>();
  const names = new Set<string>();
  for (const source of sources) {
    for (const [text, , quoted, template] of source.matchAll(token)) {
      if (quoted !== undefined) literals.add(unescape(quoted));
      else if (template !== undefined) for (const part of template.split(/\$\{[^}]*\}/)) literals.add(unescape(part));
      else if (/^[\w$]/.test(text)) names.add(text);
    }
    // What names a property, or a member of an enum, is compared with values.
    for (const [, name] of source.matchAll(/([A-Za-z_$][\w$]*)\??\s*(?::|=(?!=|>))/g)) if (name) literals.add(name);
  }
  literals.delete('');
  const words = new Set([...literals].flatMap((literal) => literal.match(/[\p{L}\p{N}_]+/gu) ?? []));
  return { literals, words, names };
}

/** Comments come first, so that an apostrophe in one begins no literal. */
const token = /\/\*[^]*?\*\/|\/\/[^\n]*|(['"])((?:(?!\1)[^\\\n]|\\[^])*)\1|`((?:[^`\\]|\\[^])*)`|[A-Za-z_$][\w$]*/g;

function unescape(text: string): string {
  return text.replace(/\\(?:u\{?([\da-fA-F]{2,6})\}?|x([\da-fA-F]{2})|([^]))/g, (_, unicode, hex, one) => {
    const code = (unicode ?? hex) as string | undefined;
    if (code !== undefined) return String.fromCodePoint(Math.min(0x10ffff, parseInt(code, 16)));
    return ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[one as string] ?? (one as string);
  });
}

function sourcesOf(bundleCode: string): string[] {
  const map = /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,([A-Za-z\d+/=]+)\s*$/.exec(bundleCode)?.[1];
  if (map === undefined) return [bundleCode];
  const { sources = [], sourcesContent = [] } = JSON.parse(Buffer.from(map, 'base64').toString('utf8')) as {
    sources?: string[];
    sourcesContent?: (string | null)[];
  };
  return sources.flatMap((source, index) => {
    const content = sourcesContent[index];
    // The innermost: pnpm has longhaul in node_modules/.pnpm/longhaul@…/node_modules/longhaul.
    const [, inPackage] = /.*node_modules[\\/](.*)/.exec(source) ?? [];
    const own = (inPackage === undefined || /^longhaul[\\/]/.test(inPackage)) && !source.includes('webpack/');
    return own && content ? [content] : [];
  });
}
