import { TestWorkflowEnvironment } from '@temporalio/testing';

// A process of its own: starts the SDK's server once, which downloads it into the folder given.

async function main(): Promise<void> {
  const [kind, downloadDir] = process.argv.slice(2);
  const server = { executable: { type: 'cached-download', downloadDir } } as const;
  const environment =
    kind === 'dev'
      ? await TestWorkflowEnvironment.createLocal({ server })
      : await TestWorkflowEnvironment.createTimeSkipping({ server });
  await environment.teardown();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`reason: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
