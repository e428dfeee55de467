/**
 * The SDK's worker package, which loads the native core: only when needed.
 *
 * By `require`, since Jest refuses `import()` in what it runs.
 */
export function workerSdk(): typeof import('@temporalio/worker') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require('@temporalio/worker') as typeof import('@temporalio/worker');
}
