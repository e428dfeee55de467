/** Whether a version is in a range such as `>=20.19 <23 || ^24`; undefined for a range that is written otherwise. */
export function inRange(version: string, range: string): boolean | undefined {
  const at = numbers(version);
  const alternatives = range.split('||').map((part) =>
    part
      .trim()
      .replace(/([<>=^~])\s+/g, '$1')
      .split(/\s+/)
      .map((comparator) => comparatorForm.exec(comparator)),
  );
  if (!at || alternatives.flat().includes(null)) return undefined;
  return alternatives.some((comparators) =>
    comparators.every((found) => {
      const [, sign = '', text = ''] = found ?? [];
      return text === '' || text === '*' || meets(at, sign, text);
    }),
  );
}

const comparatorForm = /^(?:(>=|<=|>|<|=|\^|~|)v?(\d+(?:\.(?:\d+|x|\*)){0,2})|\*|)$/;

export function numbers(version: string): [number, number, number] | undefined {
  const [, major, minor = '0', patch = '0'] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

export function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < 3; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function meets(at: readonly number[], sign: string, text: string): boolean {
  const given = text
    .split('.')
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  const order = compare(at, given);
  const sameTo = (places: number): boolean => given.slice(0, places).every((part, index) => at[index] === part);
  if (sign === '>=') return order >= 0;
  if (sign === '<') return order < 0;
  if (sign === '<=') return order <= 0 || sameTo(3);
  if (sign === '>') return order > 0 && !sameTo(3);
  if (sign === '^') return order >= 0 && sameTo(given[0] === 0 ? 2 : 1);
  if (sign === '~') return order >= 0 && sameTo(2);
  return sameTo(3);
}
