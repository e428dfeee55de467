const colour = /\u001b\[[\d;]*m/g;
// U+200E and U+200F may stay, which languages written from the right need.
const harmful = /(\u001b\[[\d;]*m)|[\0-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Spells control characters out, and those that turn the direction of what follows: ids, payloads and messages are other people's
 * words, and must neither steer a terminal nor read as something else. Their colours go, which may hide what comes after them. JSON
 * stays what it was.
 *
 * @param colours Whether colours stay: a worker's own log has them.
 */
export const harmless = (text: string, { colours = false }: { colours?: boolean } = {}): string =>
  (colours ? text : text.replace(colour, '')).replace(
    harmful,
    (found, own?: string) => own ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
