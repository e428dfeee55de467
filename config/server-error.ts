/** A server that does not answer, or refuses. Its message is one sentence, to be shown as it is. */
export class ServerError extends Error {
  override readonly name = 'ServerError';

  constructor(
    message: string,
    /** The status code of gRPC, where the server gave one: 7 where the key lacks a permission, 5 for what is not there. */
    readonly code: number | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether nothing came back at all. */
  get isUnanswered(): boolean {
    return isUnanswered(this.code);
  }

  /**
   * Puts an error of a connection or of a raw call into words.
   *
   * @param doing What failed, as in `connect to localhost:7233`.
   */
  static from(error: unknown, doing: string, at: { address: string; namespace: string }): ServerError {
    if (error instanceof ServerError) return error;
    const { code, details } = grpcStatus(error);
    return new ServerError(sentence(code, details, doing, at), code, { cause: error });
  }
}

interface Status {
  code?: number;
  details: string;
}

function sentence(
  code: number | undefined,
  details: string,
  doing: string,
  { address, namespace }: { address: string; namespace: string },
): string {
  if (code === 16)
    return `Could not ${doing}: the server refuses the credentials (${details}). Check TEMPORAL_API_KEY or the profile's key.`;
  if (code === 7)
    return `Could not ${doing}: this key or certificate has no permission for it in namespace ${namespace} (${details}).`;
  if (code === 5 && /namespace/i.test(details)) return `Could not ${doing}: ${address} has no namespace ${namespace}.`;
  if (isUnanswered(code)) {
    return `Could not ${doing}: no Temporal server answers at ${address} (${details}). Start one, or set TEMPORAL_ADDRESS, TEMPORAL_PROFILE or temporal.toml to where it is.`;
  }
  return `Could not ${doing}: ${details}.`;
}

const isUnanswered = (code: number | undefined): boolean => code === 14 || code === 4 || code === undefined;

/** The innermost error that has a gRPC status, or else the message of the outermost. */
function grpcStatus(error: unknown): Status {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, details } = at as Error & { code?: unknown; details?: unknown };
    if (typeof code === 'number')
      return { code, details: oneLine(typeof details === 'string' && details !== '' ? details : at.message) };
  }
  const message = error instanceof Error ? error.message : String(error);
  // The native connection has the status in its text alone.
  const [, name = '', details = ''] = /Status \{ code: (\w+), message: "((?:[^"\\]|\\.)*)"/.exec(message) ?? [];
  const code = nativeCodes[name];
  return code === undefined ? { details: oneLine(message) } : { code, details: oneLine(details) };
}

const nativeCodes: Partial<Record<string, number>> = {
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  PermissionDenied: 7,
  Unavailable: 14,
  Unauthenticated: 16,
};

function oneLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/\.$/, '');
}
