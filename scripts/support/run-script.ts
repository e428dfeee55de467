import { ScriptError } from './script-error';

/** Runs a script's main function with the command line's arguments, and sets the exit status that it resolves to. */
export function runScript(main: (argv: readonly string[]) => Promise<number>): void {
  main(process.argv.slice(2)).then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      console.error(error instanceof ScriptError ? error.message : error);
      process.exitCode = error instanceof ScriptError ? error.status : 1;
    },
  );
}
