/** A real Temporal server, or the SDKs' test server, whose clock can be moved. */
export type ServerKind = 'dev' | 'time-skipping';
