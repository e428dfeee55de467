/** A file with its text after the change. */
export interface Edit {
  path: string;
  what: string;
  /** Undefined where the file is not there yet. */
  before: string | undefined;
  after: string;
}

/** What init does about one thing: write it, leave what is there, or tell the user the lines. */
export type Step =
  | { kind: 'edit'; edit: Edit }
  | { kind: 'kept'; path: string; what: string }
  | { kind: 'by-hand'; path: string; why: string; lines: string[] };

/** The lines that an edit adds, or what it adds within one. Edits only ever add. */
export function addedLines({ before, after }: Edit): { before: number; lines: string[] }[] {
  const old = before === undefined ? [] : linesOf(before);
  const now = linesOf(after);
  if (old.length === now.length) {
    return now.flatMap((line, index) => {
      const was = old[index] ?? '';
      return isSame(was, line) ? [] : [{ before: index + 1, lines: [`… ${insertedIn(was, line)} …`] }];
    });
  }
  const blocks: { before: number; lines: string[] }[] = [];
  let at = 0;
  for (const [index, line] of now.entries()) {
    if (at < old.length && isSame(old[at] ?? '', line)) {
      at += 1;
      continue;
    }
    const last = blocks.at(-1);
    if (last?.before === at + 1) last.lines.push(line);
    else blocks.push({ before: at + 1, lines: [line] });
    // A line that has become several is not there any more: what follows it was there before.
    if (at < old.length && !now.slice(index).some((later) => isSame(old[at] ?? '', later))) at += 1;
  }
  return blocks;
}

function insertedIn(old: string, line: string): string {
  let begin = 0;
  while (begin < old.length && old[begin] === line[begin]) begin += 1;
  return line.slice(begin, line.length - (old.length - begin)).trim();
}

const isSame = (old: string, line: string): boolean => old === line || `${old},` === line;

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split(/\r?\n/));

/** The text with pieces put in; positions are those of the text before, and pieces of one position keep their order. */
export function withInsertions(text: string, pieces: readonly { at: number; text: string }[]): string {
  return [...pieces]
    .reverse()
    .sort((a, b) => b.at - a.at)
    .reduce((done, piece) => done.slice(0, piece.at) + piece.text + done.slice(piece.at), text);
}

/** Text with the line endings of another. */
export const withEndingsOf = (like: string, text: string): string =>
  like.includes('\r\n') ? text.replace(/\r?\n/g, '\r\n') : text;
