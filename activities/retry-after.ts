import { ApplicationFailure } from '@temporalio/common';
import { longhaulFailure } from '../workflows/failure';

/** An HTTP answer, as `fetch`, Node's `http` and the usual clients give it. */
export interface HttpAnswer {
  status?: number | undefined;
  /** As Node's `IncomingMessage` names it. */
  statusCode?: number | undefined;
  headers?: HttpHeaders | undefined;
}

export type HttpHeaders =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | number | null | undefined>>;

/** Client errors that pass: time ran out, too early, too many. */
const passing = new Set([408, 425, 429]);
/** A server that asks for more than this is asked again then, and says so again. */
const mostMs = 24 * 60 * 60 * 1_000;

/**
 * The failure with which to answer an HTTP answer that is none of the good ones, or the error of a request that got no answer.
 *
 * 5xx, 408, 425 and 429 pass, and are tried again; where the server said `Retry-After`, in seconds or as a date, then and not before
 * (at most a day later), and by the retry policy where that is at once. Any other status stays what it is however often it is asked
 * for, and ends the activity. A request without an answer (refused, reset, timed out) is tried again.
 *
 * @param now Milliseconds since the epoch, for dates. @default Date.now()
 * @returns ApplicationFailure `LonghaulHttp`; its first detail is `{ status, retryAfterMs }`. A failure that is one already is returned
 *   as it is.
 */
export function retryAfter(answerOrError: HttpAnswer | Error, now = Date.now()): ApplicationFailure {
  if (answerOrError instanceof ApplicationFailure) return answerOrError;
  const answer = answerOf(answerOrError);
  const cause = answerOrError instanceof Error ? { cause: answerOrError } : {};
  const status = answer && (answer.status ?? answer.statusCode);
  if (answer === undefined || status === undefined) {
    const what = answerOrError instanceof Error ? answerOrError.message : 'no status';
    return longhaulFailure('LonghaulHttp', `The request got no answer: ${what}`, { retryable: true, ...cause });
  }
  const retryAfterMs = delayOf(answer.headers, now);
  const details = [{ status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }];
  if (status < 500 && !passing.has(status)) {
    return longhaulFailure('LonghaulHttp', `The server answered ${status}, which another try won't change`, {
      details,
      ...cause,
    });
  }
  return longhaulFailure(
    'LonghaulHttp',
    `The server answered ${status}${retryAfterMs === undefined ? '' : ` and asks to wait ${retryAfterMs} ms`}`,
    {
      retryable: true,
      details,
      // At once, or a date that has passed: the retry policy decides, or a server that goes on saying so would be asked without a pause.
      ...(retryAfterMs ? { nextRetryDelay: retryAfterMs } : {}),
      ...cause,
    },
  );
}

/** The answer in an error, where a client throws for a status that it doesn't like. */
function answerOf(given: HttpAnswer | Error): HttpAnswer | undefined {
  if (!(given instanceof Error)) return given;
  const { response, status, statusCode, headers } = given as Error & { response?: HttpAnswer } & HttpAnswer;
  if (typeof response === 'object') return response;
  return typeof status === 'number' || typeof statusCode === 'number' ? { status, statusCode, headers } : undefined;
}

function delayOf(headers: HttpHeaders | undefined, now: number): number | undefined {
  const value = header(headers)?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, Math.ceil(ms)), mostMs);
}

function header(headers: HttpHeaders | undefined): string | undefined {
  if (!headers) return undefined;
  if (typeof headers.get === 'function') return headers.get('retry-after') ?? undefined;
  const all = Object.entries(headers as Readonly<Record<string, unknown>>);
  const found = all.find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
  const first: unknown = Array.isArray(found) ? found[0] : found;
  return typeof first === 'string' || typeof first === 'number' ? String(first) : undefined;
}
