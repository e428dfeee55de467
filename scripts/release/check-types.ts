import { join } from 'node:path';
import { runCommand } from '../support/run-command';
import type { Check } from './check';
import type { Tarball } from './pack';

/** What other tools know about packages that don't resolve, or whose types lie. */
export async function checkTypes({ manifest: { name }, file }: Tarball, root: string): Promise<Check[]> {
  const bin = (tool: string) => join(root, 'node_modules', '.bin', tool);
  // The node16 profile leaves out node10, for which `typesVersions` gives the types alone.
  const attw = await runCommand(bin('attw'), [file, '--profile', 'node16', '--format', 'ascii', '--no-color'], {
    cwd: root,
  });
  const publint = await runCommand(bin('publint'), ['run', file, '--strict'], { cwd: root, env: { NO_COLOR: '1' } });
  return [
    { name: `${name}: attw, profile node16`, problems: attw.status === 0 ? [] : [attw.output.trim()] },
    { name: `${name}: publint, strict`, problems: publint.status === 0 ? [] : [publint.output.trim()] },
  ];
}
