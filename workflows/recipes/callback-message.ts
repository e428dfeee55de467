/** The signal that callbacks arrive by, unless their tokens name another. */
export const callbackSignalName = 'longhaul.callback';

/** A callback as `receiveCallback` of `longhaul/client` signals it, once it has checked the token. */
export interface Callback {
  /** The key of the `callback()` that it is for; a part of its token. */
  item: string;
  payload: unknown;
}
