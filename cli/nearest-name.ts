/** The name that a mistyped one is likely to stand for: it begins with it, or differs in a letter or two. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const most = typed.length < 3 ? 0 : Math.min(2, Math.max(1, Math.floor(typed.length / 3)));
  const ranked = names
    .map((name) => ({ name, apart: name.startsWith(typed) && typed.length > 2 ? 1 : lettersApart(typed, name) }))
    .filter(({ apart }) => apart <= most)
    .sort((a, b) => a.apart - b.apart);
  return ranked[0]?.name;
}

/** How many letters are to be changed, added, left out or swapped with the next to make one of the other. */
function lettersApart(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= one.length; row += 1) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = row > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + (isSame ? 0 : 1),
          isSwapped ? at(row - 2, column - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
