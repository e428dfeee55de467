import Module, { createRequire } from 'node:module';

/**
 * Gives the SDK's packages one protobufjs, as `npm install protobufjs@^8.7.1` does in a user's project: npm puts version 7 beside
 * the SDK's 8, and its external storage then fails with "type must be a Type". Preloaded, and only where it is needed.
 */
const resolver = Module as unknown as {
  _resolveFilename(request: string, parent?: { filename?: string }, ...rest: unknown[]): string;
};
const original = resolver._resolveFilename.bind(resolver);
const ofCommon = createRequire(require.resolve('@temporalio/common'));

resolver._resolveFilename = (request, parent, ...rest) => {
  const isOfProto = /[\\/]@temporalio[\\/]proto[\\/]/.test(parent?.filename ?? '');
  return isOfProto && /^protobufjs(\/|$)/.test(request)
    ? ofCommon.resolve(request)
    : original(request, parent, ...rest);
};
