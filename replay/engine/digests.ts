import { createHash } from 'node:crypto';
import { encodeCommand } from '../proto';
import type { IssuedCommand } from './workflow-recorder';

/** A short digest of each command with all that it says, to compare what the same code does in two places. */
export function digestsOf(commands: readonly IssuedCommand[]): string[] {
  return commands.map(({ command }) => digestOf(command));
}

export function digestOf(command: IssuedCommand['command']): string {
  return createHash('sha1').update(encodeCommand(command)).digest('base64url').slice(0, 12);
}
