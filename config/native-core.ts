/** Why the SDK's native core could not be loaded on this machine, in one sentence; undefined for another error. */
export function nativeCoreTrouble(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  // Of a core that needs glibc on musl, of one of another processor, and of none at all for this platform.
  const isOfCore =
    (code === 'ERR_DLOPEN_FAILED' && /core-bridge/.test(error.message)) || /^No prebuilt module /.test(error.message);
  if (!isOfCore) return undefined;
  const [first = ''] = error.message.split('\n');
  return `The SDK's native core can't be loaded here: ${first.replace(/\.$/, '')}. longhaul doctor says why.`;
}
