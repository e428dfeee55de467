/** A place in generated code and the line of source that it comes from. Lines count from 0, as do columns. */
export interface Mapping {
  line: number;
  column: number;
  source: number;
  sourceLine: number;
}

export interface RawSourceMap {
  sources: string[];
  sourcesContent?: (string | null)[];
  mappings: string;
}

/** The map that the bundler puts at the end of a bundle. */
export function inlineSourceMap(code: string): RawSourceMap | undefined {
  const marker = 'sourceMappingURL=data:application/json;charset=utf-8;base64,';
  const at = code.lastIndexOf(marker);
  if (at === -1) return undefined;
  const json = Buffer.from(code.slice(at + marker.length).trim(), 'base64').toString('utf8');
  return JSON.parse(json) as RawSourceMap;
}

/** All mappings of a source map, in the order of the generated code. Node's own `SourceMap` can only be asked for one. */
export function mappingsOf({ mappings }: RawSourceMap): Mapping[] {
  const all: Mapping[] = [];
  let source = 0;
  let sourceLine = 0;
  mappings.split(';').forEach((segments, line) => {
    let column = 0;
    for (const segment of segments.split(',')) {
      if (segment === '') continue;
      const [columns = 0, sources, lines] = decode(segment);
      column += columns;
      if (sources === undefined || lines === undefined) continue;
      source += sources;
      sourceLine += lines;
      all.push({ line, column, source, sourceLine });
    }
  });
  return all;
}

const digits = new Map(
  Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', (letter, value) => [letter, value]),
);

/** Numbers in base 64 with a variable length, the sign in the lowest bit. */
function decode(segment: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let shift = 0;
  for (const letter of segment) {
    const digit = digits.get(letter) ?? 0;
    value += (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
      continue;
    }
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}
