/** Where lines for people go. */
export type Log = (line: string) => void;

/** Writes a line to stderr, since stdout belongs to results. */
export const logToStderr: Log = (line) => void process.stderr.write(`longhaul: ${line}\n`);

/**
 * Says what goes on for as long as `work` takes: on a terminal one line that is rewritten every second, elsewhere a line
 * at the start and one every ten seconds.
 *
 * @param what Ends "…: 20 s", for example `go install of the Temporal CLI 1.5.1 (about 3 minutes)`.
 * @param detail A few words on how far it is, asked for with each line.
 */
export async function withProgress<T>(
  options: { what: string; log: Log; detail?: () => string | undefined; everyMs?: number },
  work: () => Promise<T>,
): Promise<T> {
  const { what, log, detail } = options;
  const terminal = log === logToStderr && process.stderr.isTTY;
  const { everyMs = terminal ? 1_000 : 10_000 } = options;
  const begun = Date.now();
  const show = (line: string): void => {
    if (terminal) process.stderr.write(`\r\u001b[2Klonghaul: ${line}`.slice(0, process.stderr.columns + 4));
    else log(line);
  };
  show(`${what} …`);
  const timer = setInterval(() => {
    const more = detail?.();
    const elapsed = `${Math.round((Date.now() - begun) / 1_000)} s`;
    show(more === undefined ? `${what}: ${elapsed}` : `${what}: ${elapsed}, ${more}`);
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (terminal) process.stderr.write('\r\u001b[2K');
  }
}
