import { createHash } from 'node:crypto';

/** SHA-256 of the code of a workflow bundle, without its source map, which has paths of the machine in it. */
export function codeHash(bundleCode: string): string {
  return createHash('sha256')
    .update(bundleCode.replace(/\n\/\/# sourceMappingURL=.*/s, ''))
    .digest('hex');
}
