import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { isMark, tokensOf } from '../tokens';
import type { Token } from '../tokens';

/** Where an imported name comes from. */
export interface Import {
  /** As the file writes it. */
  specifier: string;
  /** The name over there; `*` for all of the module. */
  name: string;
}

/** A source file that is read only where it is asked. */
export class SourceFile {
  readonly tokens: readonly Token[];

  constructor(
    readonly path: string,
    readonly text: string = readFileSync(path, 'utf8'),
  ) {
    this.tokens = tokensOf(this.text);
  }

  lineOf(token: Token): number {
    return this.text.slice(0, token.start).split('\n').length;
  }

  /** What a constant of this file is set to. */
  constant(name: string): readonly Token[] | undefined {
    const { tokens } = this;
    for (let at = 0; at < tokens.length; at += 1) {
      if (!/^(?:const|let|var|readonly)$/.test(tokens[at]?.raw ?? '') || tokens[at + 1]?.raw !== name) continue;
      const assigned = tokens.findIndex((token, index) => index > at && isMark(token, '='));
      if (assigned === -1) return undefined;
      let end = assigned + 1;
      while (end < tokens.length && !isMark(tokens[end], ';') && this.isSameStatement(end, assigned + 1)) end += 1;
      return tokens.slice(assigned + 1, end);
    }
    return undefined;
  }

  import(name: string): Import | undefined {
    const escaped = name.replace(/\$/g, '\\$');
    const code = this.tokens.map(({ raw }) => raw).join(' ');
    const from = '["\']([^"\']+)["\']';
    const find = (pattern: string): RegExpExecArray | null => new RegExp(pattern).exec(code);
    const all =
      find(`import \\* as ${escaped} from ${from}`) ??
      find(`(?:const|let|var) ${escaped} = require \\( ${from}`) ??
      find(`import ${escaped} = require \\( ${from}`);
    if (all?.[1] !== undefined) return { specifier: all[1], name: '*' };
    const whole = find(`import ${escaped} (?:, \\{[^}]*\\} )?from ${from}`);
    if (whole?.[1] !== undefined) return { specifier: whole[1], name: 'default' };
    for (const [, list = '', specifier = ''] of code.matchAll(
      new RegExp(`(?:import|,|const) \\{([^}]*)\\} (?:from|= require \\() ${from}`, 'g'),
    )) {
      for (const part of list.split(',')) {
        const [own, alias = own] = part.trim().split(/ (?:as|:) /);
        if (alias === name && own !== undefined) return { specifier, name: own };
      }
    }
    return undefined;
  }

  /** The file that an import of this one leads to. */
  resolve(specifier: string): string | undefined {
    if (/^\.|^\//.test(specifier)) return moduleFile(resolve(dirname(this.path), specifier));
    try {
      return createRequire(this.path).resolve(specifier);
    } catch {
      return undefined;
    }
  }

  private isSameStatement(index: number, from: number): boolean {
    const next = this.tokens[index]?.raw ?? '';
    const starts = /^(?:const|let|var|export|import|async|function|class|interface|type|return|if|for|await)$/;
    return (
      index === from ||
      !starts.test(next) ||
      !this.text.slice(this.tokens[index - 1]?.end, this.tokens[index]?.start).includes('\n')
    );
  }
}

const endings = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** The file of a module that is named as imports name it: without its ending, as compiled, or as a folder. */
export function moduleFile(path: string): string | undefined {
  const spelled = [path.replace(/\.([cm]?)js$/, '.$1ts'), path.replace(/\.js$/, '.tsx'), path];
  const candidates = [
    ...spelled,
    ...endings.map((ending) => `${path}${ending}`),
    ...endings.map((ending) => join(path, `index${ending}`)),
  ];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
