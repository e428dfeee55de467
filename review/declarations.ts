/** What the top of a file declares, with the text of each declaration. */
export interface Declaration {
  names: string[];
  from: number;
  to: number;
  text: string;
}

/** A line of the comment above the next declaration, say, names what this one does not use. */
const isComment = /^\s*(?:\/\/|\/\*|\*(?:\s|\/|$))/;

export function declarationsOf(text: string): Declaration[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) =>
    /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function|const|let|var|class)\b/.test(line) ? [index] : [],
  );
  return starts.map((from, at) => {
    const to = starts[at + 1] ?? lines.length;
    const own = lines
      .slice(from, to)
      .filter((line) => !isComment.test(line))
      .join('\n');
    const [, pattern] = /^(?:export\s+)?(?:const|let|var)\s*\{([^}]*)\}/.exec(own) ?? [];
    const [, name] =
      /^(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\s*\*?|const|let|var|class)\s+(\w+)/.exec(own) ?? [];
    const names = pattern?.split(',').map((part) => (part.split('=')[0] ?? '').split(':').at(-1)?.trim() ?? '') ?? [
      name ?? '',
    ];
    return {
      names: names.filter((one) => /^\w+$/.test(one)),
      from: from + 1,
      to,
      text: own,
    };
  });
}
