import { spawn } from 'node:child_process';
import { ScriptError } from './script-error';

export interface RunCommandOptions {
  cwd: string;
  /** Added to this process's own. @default none */
  env?: Readonly<Record<string, string>>;
  /** `'show'` passes what the command prints on as it comes; it is collected too. @default 'collect' */
  output?: 'collect' | 'show';
}

export interface CommandResult {
  /** The exit status; 1 where a signal ended the command. */
  status: number;
  stdout: string;
  /** stdout and stderr as they came. */
  output: string;
}

/**
 * Runs a command to its end.
 *
 * @throws ScriptError when it can't be started.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env = {}, output = 'collect' }: RunCommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      all += text;
      if (output === 'show') process.stdout.write(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      all += text;
      if (output === 'show') process.stderr.write(text);
    });
    child.on('error', (error) => reject(new ScriptError(`Could not run ${command}: ${error.message}`, 3)));
    child.on('close', (status) => resolve({ status: status ?? 1, stdout, output: all }));
  });
}

/**
 * As {@link runCommand}, for a command that must succeed.
 *
 * @throws ScriptError with the command's output when its status isn't 0.
 */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: RunCommandOptions,
): Promise<CommandResult> {
  const result = await runCommand(command, args, options);
  if (result.status === 0) return result;
  const shown = options.output === 'show' ? '' : `:\n${result.output.trim()}`;
  throw new ScriptError(`${command} ${args.join(' ')} ended with status ${result.status}${shown}`, 3);
}
