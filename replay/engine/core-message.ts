/** The part of a replay error that says something: the core wraps it in a dump of its own structures. */
export function coreMessage(error: Error): string {
  const { message } = error;
  const told = /message: "((?:[^"\\]|\\.)*)"/.exec(message)?.[1] ?? message.replace(/^Replay failed[^]*?Details: /, '');
  return told
    .replace(/\\n/g, '\n')
    .replace(/\\(["'\\])/g, '$1')
    .replace(/^\[TMPRL1100\] Nondeterminism error: /, '')
    .replace(/HistoryEvent \{ event_id: (\d+)[^]*$/, 'event $1'); // the rest is the whole event with its payloads
}

/** The event that a core's message names, if it does. */
export function eventInMessage(message: string): { eventId: number; type: string } | undefined {
  const match = /HistoryEvent\(id: (\d+), (\w+)\)/.exec(message);
  return match?.[1] && match[2] ? { eventId: Number(match[1]), type: match[2] } : undefined;
}
