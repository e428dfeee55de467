import { ApplicationFailure } from '@temporalio/common';

/**
 * The error as a failure that the activity's retry policy tries again.
 *
 * A thrown `Error` is retried anyway; this is for what would not be, and for saying so. The error's name stays the failure's `type`.
 */
export function retryable(error: unknown): ApplicationFailure {
  return classified(error, false);
}

/** The error as a failure that ends the activity, whatever its retry policy says. The error's name stays the failure's `type`. */
export function nonRetryable(error: unknown): ApplicationFailure {
  return classified(error, true);
}

function classified(error: unknown, isFinal: boolean): ApplicationFailure {
  if (error instanceof ApplicationFailure) {
    const { message, type, details, cause } = error;
    return ApplicationFailure.create({
      message,
      nonRetryable: isFinal,
      ...(type == null ? {} : { type }),
      ...(details ? { details } : {}),
      ...(cause ? { cause } : {}),
    });
  }
  if (!(error instanceof Error)) return ApplicationFailure.create({ message: String(error), nonRetryable: isFinal });
  return ApplicationFailure.create({
    message: error.message,
    type: error.name,
    nonRetryable: isFinal,
    cause: error,
  });
}
