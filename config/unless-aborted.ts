/**
 * Does `work` unless the signal aborts first; then it rejects at once with the signal's reason, whatever becomes of the work.
 *
 * A call of the SDK's client goes on after its own abort signal where no server answers: it cancels the one attempt, and makes the next.
 */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (!signal) return work();
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
