import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { histogramBuckets } from 'longhaul/worker';
import { repositoryRoot } from '../../scripts/support/manifest';

const root = repositoryRoot();
const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(longhaul_\w+)`[ *]*\| (\w+)/gm)].map(
  ([, name = '', kind = '']) => [name, kind] as const,
);

describe('docs/metrics.md', () => {
  it('lists exactly what the code counts and measures', () => {
    const found = ['workflows', 'activities', 'worker']
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .map((file) => join(root, folder, file)),
      )
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(longhaul_\w+)'/g)].map(([, name]) => name));
    assert.deepEqual([...new Set(found)].sort(), rows.map(([name]) => name).sort());
  });

  it('has buckets for each histogram, and for nothing else', () => {
    const histograms = rows.filter(([, kind]) => kind === 'histogram').map(([name]) => name);
    assert.deepEqual(Object.keys(histogramBuckets).sort(), histograms.sort());
  });
});
