import { drive, type DriveRequest } from './drive.js';

/** Runs one request, given as the first argument, and prints the outcomes as one line of JSON. */
void drive(JSON.parse(process.argv[2] ?? '{}') as DriveRequest).then(
  (outcomes) => {
    process.stdout.write(`${JSON.stringify(outcomes)}\n`, () => process.exit(0));
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
