/** Exit status of a command: 0 fine, 1 the check failed, 2 wrong use or configuration, 3 the environment failed. */
export type Status = 0 | 1 | 2 | 3;

/** What a command may know and touch of the world. */
export interface Io {
  /** Prints a line of the result. */
  out: (line: string) => void;
  /** Prints a line about anything else. */
  err: (line: string) => void;
  /** Folder that paths are relative to. */
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Whether somebody watches `err`. */
  tty: boolean;
  /** Replaces the last progress line, with `''` by nothing. Called at a terminal only. */
  progress: (line: string) => void;
  /** Asks a question and gives the answer; absent where nobody is there to answer. */
  ask?: (question: string) => Promise<string>;
  /** Aborts when the user wants the command to end, with Ctrl-C or SIGTERM. */
  signal: AbortSignal;
}

export type Command = (argv: readonly string[], io: Io) => Promise<Status>;
