import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeHistory } from '../../replay/proto';

/** The root of the sources, seen from where the compiled tests run. */
export const root = resolve(__dirname, '../../..');
export const fixtures = join(root, 'test/replay/fixtures');
export const shipped = join(fixtures, 'order-shipped-sdk1.24.0.bin.gz');

export const source = (name: string) => join(root, 'test/replay/workflows', `${name}.ts`);
export const compiled = (name: string) => join(root, 'dist/test/replay/workflows', `${name}.js`);

/** The line that a workflow file marks as the place where it diverges. */
export async function markedLine(name: string): Promise<number> {
  const lines = (await readFile(source(name), 'utf8')).split('\n');
  return lines.findIndex((line) => line.includes('// diverges')) + 1;
}

export async function binary(file = shipped): Promise<Buffer> {
  return gunzipSync(await readFile(file));
}

export type Json = Record<string, unknown> & { events: Record<string, unknown>[] };

/** A saved history in protobuf's JSON form, as the Temporal CLI prints it. */
export async function json(file = shipped): Promise<Json> {
  const requireFromProto = createRequire(
    createRequire(require.resolve('@temporalio/worker')).resolve('@temporalio/proto'),
  );
  const { toJson } = requireFromProto('protobufjs/ext/protojson') as {
    toJson: (type: unknown, value: unknown) => Json;
  };
  const proto = requireFromProto('./index.js') as { lookupType: (name: string) => unknown };
  return toJson(proto.lookupType('temporal.api.history.v1.History'), decodeHistory(await binary(file)));
}

/** A folder for each test of a suite, removed afterwards. */
export function useFolder(): { path: string } {
  const folder = { path: '' };
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'longhaul-test-'));
  });
  afterEach(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
