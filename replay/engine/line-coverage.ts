import { type Profiler, Session } from 'node:inspector';
import { inlineSourceMap, mappingsOf } from './source-map';
import { isUserSource } from './source-lines';

/** Lines of a file that hold code, and whether a history reached them. Lines count from 1. */
export type LinesOfFile = Record<string, boolean>;

export type LineCoverage = Record<string, LinesOfFile>;

/**
 * Watches which lines of workflow code run, by V8's own coverage.
 *
 * It has to be there before the bundle is compiled, and it sees the bundle alone.
 */
export class LineWatch {
  private readonly session = new Session();
  private readonly lines: LineCoverage = {};

  constructor(private readonly bundleCode: string) {
    this.session.connect();
    this.session.post('Profiler.enable');
    // Whether a block ran, not how often: V8 then stops watching it.
    this.session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: true });
  }

  /** The lines reached so far. */
  take(): LineCoverage {
    const reports: Profiler.ScriptCoverage[] = [];
    this.session.post('Profiler.takePreciseCoverage', (_error, report) => {
      reports.push(...((report as Profiler.TakePreciseCoverageReturnType | undefined)?.result ?? []));
    });
    for (const { url, functions } of reports) {
      if (/workflow-bundle[^/\\]*\.js$/.test(url)) addReport(this.lines, this.places(), functions);
    }
    return this.lines;
  }

  close(): void {
    this.session.disconnect();
  }

  private known: Place[] | undefined;

  private places(): Place[] {
    return (this.known ??= placesOf(this.bundleCode));
  }
}

/** A stretch of the bundle that begins at `offset`, and the line of the user's source that it comes from. */
interface Place {
  offset: number;
  file: string;
  line: number;
}

function placesOf(code: string): Place[] {
  const map = inlineSourceMap(code);
  if (!map) return [];
  const starts = [0];
  for (let at = code.indexOf('\n'); at !== -1; at = code.indexOf('\n', at + 1)) starts.push(at + 1);
  return mappingsOf(map).flatMap(({ line, column, source, sourceLine }) => {
    const file = map.sources[source];
    if (file === undefined || !isUserSource(file)) return [];
    return [{ offset: (starts[line] ?? 0) + column, file, line: sourceLine + 1 }];
  });
}

/** Ranges of V8 are nested, and the innermost holds. */
function addReport(
  lines: LineCoverage,
  places: readonly Place[],
  functions: readonly Profiler.FunctionCoverage[],
): void {
  const ranges = functions.flatMap((one) => one.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const open: Profiler.CoverageRange[] = [];
  let next = 0;
  for (const { offset, file, line } of places) {
    for (let range = ranges[next]; range && range.startOffset <= offset; range = ranges[(next += 1)]) open.push(range);
    while (open.length > 0 && (open.at(-1)?.endOffset ?? 0) <= offset) open.pop();
    const of = (lines[file] ??= {});
    of[line] ||= (open.at(-1)?.count ?? 0) > 0;
  }
}

/** Puts what several processes saw together. */
export function mergeLines(all: readonly LineCoverage[]): LineCoverage {
  const merged: LineCoverage = {};
  for (const [file, lines] of all.flatMap((one) => Object.entries(one))) {
    const of = (merged[file] ??= {});
    for (const [line, reached] of Object.entries(lines)) of[line] ||= reached;
  }
  return merged;
}
