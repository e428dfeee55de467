import { posix } from 'node:path';
import type { Check } from './check';
import type { PackedFile, Tarball } from './pack';

/** Who reads a page in `node_modules` can follow its links: each leads to a file that is packed too, and to a heading in it. */
export function checkLinks({ manifest: { name }, files }: Tarball): Check {
  const packed = new Map(files.map((file) => [file.path, file]));
  const pages = files.filter(({ path }) => path.endsWith('.md'));
  return {
    name: `${name}: no relative link of a page is dead`,
    problems: pages.flatMap((page) => linksOf(page).flatMap((link) => whyDead(link, page, packed))),
  };
}

/** The targets of `[text](target)` and `[text]: target`, outside code. */
const linksOf = ({ text }: PackedFile): string[] =>
  [...withoutCode(text).matchAll(/\]\(\s*<?([^)\s>]+)|^\s{0,3}\[[^\]\n]+\]:\s+<?([^\s>]+)/gm)].map(
    ([, inline, defined]) => inline ?? defined ?? '',
  );

const withoutCode = (text: string): string => withoutBlocks(text).replace(/`[^`\n]+`/g, 'code');

const withoutBlocks = (text: string): string => text.replace(/^( *)(`{3,}|~{3,})[\s\S]*?^\1\2/gm, '');

function whyDead(link: string, page: PackedFile, packed: ReadonlyMap<string, PackedFile>): string[] {
  if (/^[a-z][a-z\d+.-]*:/i.test(link)) return [];
  const [path = '', heading] = decodeURI(link).split('#');
  const target = path === '' ? page : packed.get(posix.join(posix.dirname(page.path), path));
  if (!target) return [`${page.path} links to ${link}, which is not packed`];
  if (heading === undefined || !target.path.endsWith('.md') || headingsOf(target).has(heading)) return [];
  return [`${page.path} links to ${link}, and there is no such heading`];
}

/** As GitHub names them; a second heading of a name gets `-1`. */
function headingsOf({ text }: PackedFile): Set<string> {
  const seen = new Map<string, number>();
  const names = [...withoutBlocks(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map(([, title = '']) => {
    const name = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
  return new Set(names);
}
