import type { Io, Status } from './io';
export function dev(_argv: readonly string[], _io: Io): Promise<Status> {
  return Promise.resolve(0);
}
