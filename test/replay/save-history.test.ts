import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { HistoryExistsError, loadHistories, readManifest, saveHistory } from '../../replay';
import { decodeHistory } from '../../replay/proto';
import { binary, useFolder } from './support';

describe('saveHistory', () => {
  const folder = useFolder();
  const history = async () => decodeHistory(await binary());
  const recordedAt = new Date('2026-01-02T03:04:05Z');

  it('names the file after workflow, happening and SDK, and enters it in the manifest', async () => {
    const path = await saveHistory(folder.path, {
      history: await history(),
      workflowId: 'o-9',
      what: 'late approval',
      recordedAt,
    });
    assert.equal(basename(path), 'order-late-approval-sdk1.24.0.bin.gz');
    const entry = (await readManifest(folder.path))?.histories[basename(path)];
    assert.equal(entry?.workflowId, 'o-9');
    assert.equal(entry.workflowType, 'order');
    assert.equal(entry.taskQueue, 'orders');
    assert.equal(entry.sdk, 'temporal-typescript 1.24.0');
    assert.equal(entry.source, 'server');
    assert.equal(entry.recordedAt, '2026-01-02T03:04:05.000Z');
    const [loaded] = await loadHistories([folder.path]);
    assert.equal(loaded?.workflowId, 'o-9');
    assert.equal(loaded.problem, undefined);
  });

  it('saves the same history twice without a change', async () => {
    const options = { history: await history(), workflowId: 'o-9', what: 'shipped', recordedAt };
    const path = await saveHistory(folder.path, options);
    const before = await readFile(path);
    assert.equal(await saveHistory(folder.path, options), path);
    assert.deepEqual(await readFile(path), before);
  });

  it('never overwrites a history with another', async () => {
    const full = await history();
    await saveHistory(folder.path, { history: full, workflowId: 'o-9', what: 'shipped' });
    const other = { events: full.events?.slice(0, 10) ?? [] };
    await assert.rejects(
      saveHistory(folder.path, { history: other, workflowId: 'o-9', what: 'shipped' }),
      HistoryExistsError,
    );
  });
});
