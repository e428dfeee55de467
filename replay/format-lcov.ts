import type { Coverage } from './report';

/** The lines that histories reach, in the format of lcov, which coverage services and editors read. */
export function formatLcov({ files = [] }: Coverage): string {
  return files
    .map(({ file, reached, missing }) => {
      const lines = [...reached.map((line) => [line, 1] as const), ...missing.map((line) => [line, 0] as const)];
      const data = lines.sort(([a], [b]) => a - b).map(([line, hits]) => `DA:${line},${hits}`);
      return ['TN:', `SF:${file}`, ...data, `LF:${lines.length}`, `LH:${reached.length}`, 'end_of_record', ''].join(
        '\n',
      );
    })
    .join('');
}
