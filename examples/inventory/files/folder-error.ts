import { toText } from './path-text';

/** A folder given by the user that can't be used; the message is one sentence for the user. */
export class FolderError extends Error {
  override readonly name = 'FolderError';

  constructor(
    readonly folder: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`The folder ${toText(Buffer.from(folder))} ${problem}.`, options);
  }
}
