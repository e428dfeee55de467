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

  /** Whether an error is the client's word for what a server said, or that none did. */
  static isOf(error: unknown): error is Error {
    return error instanceof Error && /^(?:ServiceError|NamespaceNotFoundError|ServerError)$/.test(error.name);
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

/** Whether nothing came back at all. */
export const isUnanswered = (code: number | undefined): boolean => code === 14 || code === 4 || code === undefined;

/** The innermost error that has a gRPC status, or else the message of the outermost. */
function grpcStatus(error: unknown): Status {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, details } = at as Error & { code?: unknown; details?: unknown };
    if (typeof code === 'number')
      return { code, details: oneLine(typeof details === 'string' && details !== '' ? details : at.message) };
  }
  const message = error instanceof Error ? error.message : String(error);
  // The client's own error has no status.
  if (error instanceof Error && error.name === 'NamespaceNotFoundError') return { code: 5, details: oneLine(message) };
  // The native connection has the status in its text alone.
  const [, name = '', details = ''] = /Status \{ code: (\w+), message: "((?:[^"\\]|\\.)*)"/.exec(message) ?? [];
  const code = nativeCodes[name];
  if (code !== undefined) return { code, details: oneLine(details) };
  const [, transport] = /^tonic::.*message: "([^"]+)"/.exec(message) ?? [];
  return { details: oneLine(transport ?? message) };
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
