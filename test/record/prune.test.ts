import assert from 'node:assert/strict';
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { loadHistories, readManifest } from 'longhaul/replay';
import { decodeHistory } from '../../replay/proto';
import { featuresOf } from '../../replay/record/features';
import { longhaul, root } from '../cli/run';
import { assertSchema } from '../cli/schema';
import { useFolder } from '../replay/support';

describe('longhaul prune', () => {
  const folder = useFolder();

  async function features(path: string): Promise<string[]> {
    const all = (await loadHistories([path])).flatMap(({ encoded }) =>
      encoded ? [...featuresOf(decodeHistory(encoded))] : [],
    );
    return [...new Set(all)].sort();
  }

  it('retires what others show too, with the reason, and loses nothing that histories show', async () => {
    const corpus = join(folder.path, 'replay-histories');
    await cp(join(root, 'replay-histories/compat'), corpus, { recursive: true });
    const before = Object.keys((await readManifest(corpus))?.histories ?? {});
    const shown = await features(corpus);
    const planned = await longhaul(['prune', '--dry-run', '--json'], folder.path);
    await assertSchema('prune', planned.out);
    const { retired, left } = JSON.parse(planned.out) as { retired: { file: string }[]; left: number };
    assert.ok(retired.length > 0 && left < before.length);
    assert.equal(Object.keys((await readManifest(corpus))?.histories ?? {}).length, before.length);

    const done = await longhaul(['prune'], folder.path);
    assert.equal(done.status, 0, done.err);
    assert.match(
      done.out,
      new RegExp(`^${retired.length} were moved to replay-histories/retired, ${left} stay\\.$`, 'm'),
    );
    assert.deepEqual(await features(corpus), shown);
    const gone = await readManifest(join(corpus, 'retired'));
    assert.deepEqual(Object.keys(gone?.histories ?? {}), retired.map(({ file }) => file).sort());
    assert.ok(Object.values(gone?.histories ?? {}).every(({ retired: why }) => why?.reason));
    assert.deepEqual(
      (await readdir(join(corpus, 'retired'))).filter((name) => name.endsWith('.gz')),
      retired.map(({ file }) => file).sort(),
    );
    assert.match((await longhaul(['prune'], folder.path)).out, /^0 were moved/m);
  });

  it('ends with 2 and one line where there is no manifest, and at two folders', async () => {
    for (const [args, message] of [
      [['none'], /none has no manifest\.json/],
      [['a', 'b'], /takes one folder/],
    ] as const) {
      const { status, err } = await longhaul(['prune', ...args], folder.path);
      assert.equal(status, 2);
      assert.match(err, message);
      assert.match(err, /^longhaul prune: [^\n]+\n$/);
    }
  });
});
