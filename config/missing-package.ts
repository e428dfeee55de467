/** The package of the SDK that an import did not find: all but one are optional peers, and not each package manager installs the one. */
export function missingPackage(error: unknown): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  // With ERR_ it comes of import(), and without of require().
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
    ? /'(@temporalio\/[a-z-]+)/.exec(message)?.[1]
    : undefined;
}
