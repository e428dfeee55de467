import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../../..');

/** A page of the documentation; its path is relative to the repository's root. */
export interface Page {
  path: string;
  text: string;
}

export const page = (path: string): Page => ({ path, text: readFileSync(join(root, path), 'utf8') });

/** The pages that this project's own documentation consists of. */
export function pages(): Page[] {
  const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  return ['README.md', 'CONTRIBUTING.md', ...inDocs]
    .filter((path) => existsSync(join(root, path)))
    .sort()
    .map(page);
}

/** A page's text without its code blocks, line by line as it was. */
export function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ''));
}
