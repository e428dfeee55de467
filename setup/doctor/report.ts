/** What doctor looks at. */
export type CheckName =
  | 'node'
  | 'libc'
  | 'package-manager'
  | 'sdk-versions'
  | 'sdk-copies'
  | 'protobufjs'
  | 'native-core'
  | 'sandbox'
  | 'configuration'
  | 'workflows'
  | 'server'
  | 'search-attributes'
  | 'task-queues'
  | 'workflow-types';

/** One thing that was looked at, or one of several findings of it. */
export interface DoctorCheck {
  check: CheckName;
  /** `problem` fails the command; `skipped` could not be looked at, and `message` says why. */
  status: 'ok' | 'warning' | 'problem' | 'skipped';
  /** One sentence. */
  message: string;
  /** What to do, one sentence; null where there is nothing to do. */
  fix: string | null;
}

/** The outcome of `longhaul doctor`, in the form that `--json` prints. It only ever gains fields. */
export interface DoctorReport {
  schema: 'longhaul.doctor/1';
  /** Whether no check found a problem. */
  ok: boolean;
  /** The folder that was looked at. */
  project: string;
  /** The server that answered; null where none was asked or none answered. */
  server: { address: string; namespace: string; version: string } | null;
  checks: DoctorCheck[];
}

export const healthy = (check: CheckName, message: string): DoctorCheck => ({
  check,
  status: 'ok',
  message,
  fix: null,
});

export const skipped = (check: CheckName, message: string): DoctorCheck => ({
  check,
  status: 'skipped',
  message,
  fix: null,
});

export const problem = (check: CheckName, message: string, fix: string): DoctorCheck => ({
  check,
  status: 'problem',
  message,
  fix,
});

export const warning = (check: CheckName, message: string, fix: string): DoctorCheck => ({
  check,
  status: 'warning',
  message,
  fix,
});
