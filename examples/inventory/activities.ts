import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { longActivity } from 'longhaul/activities';
import { statusQuery } from 'longhaul/workflows';
import { setTimeout } from 'node:timers/promises';
import { Batches, note } from './batches';
import { changes } from './changes';
import { checkFolder, checkOutside } from './files/check-folder';
import { FolderError } from './files/folder-error';
import { hashFile } from './files/hash-file';
import type { StoreRecord, WalkEntry } from './files/records';
import { openStore } from './files/store';
import { summarise as summariseStore } from './files/summary';
import { walk } from './files/walk';
import { found } from './messages';
import type { BatchTotals, Found, InventoryInput } from './messages';

interface ScanPosition {
  /** Batches handed over. */
  batches: number;
  entries: number;
  /** The path that the last of them ends with. */
  path?: string;
}

/** How many batches may wait in the inventory's inbox: what waits is carried over each rollover. */
const mostWaiting = 40;

/** Walks the tree in a stable order and hands what it finds to the inventory, batch by batch, from its last checkpoint on. */
export const scan = longActivity(
  {
    checkpoint: { parse: (value) => value as ScanPosition },
    // A commit a batch: what a crash makes it do again is at most one.
    minCommitIntervalMs: 0,
  },
  async (
    { checkpoint, signal },
    { root, store: folder, batchSize = 50 }: InventoryInput,
    { pass, inventoryId }: { pass: number; inventoryId: string },
  ): Promise<void> => {
    await usable(root, folder);
    const batches = await Batches.open(folder);
    const store = await openStore(recordsOf(folder));
    const handle = Context.current().client.workflow.getHandle(inventoryId);
    const send = async (message: Found) => {
      try {
        await handle.signal(found, message);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        throw ApplicationFailure.nonRetryable(`The inventory ${inventoryId} has ended`, 'InventoryGone');
      }
    };
    let at: ScanPosition = checkpoint.last ?? { batches: 0, entries: 0 };
    const handOver = async (entries: readonly WalkEntry[]) => {
      const batch = `${pass}-${at.batches}`;
      await note(folder, { activity: 'scan', work: batch, files: entries.length });
      await send({ id: batch, kind: 'batch', pass, batch, entries: entries.length });
      at = { batches: at.batches + 1, entries: at.entries + entries.length, path: entries.at(-1)?.path };
      await checkpoint.commit(at);
    };
    for (let more = true; more;) {
      more = false;
      const after = at.path === undefined ? undefined : { path: at.path };
      let collected: WalkEntry[] = [];
      for await (const entry of pass === 0 ? walk(root, { after }) : changes(root, store, after)) {
        signal.throwIfAborted();
        collected.push(entry);
        if (collected.length < batchSize) continue;
        const written = await batches.writeOnce(`${pass}-${at.batches}`, collected);
        await handOver(written);
        while (at.batches % 10 === 0 && (await waiting(handle)) > mostWaiting)
          await setTimeout(500, undefined, { signal });
        // An attempt before this one wrote that batch, and the tree has changed since: go on from where that one ended.
        if (written.at(-1)?.path !== entry.path) {
          more = true;
          break;
        }
        collected = [];
      }
      if (!more && collected.length > 0) {
        const written = await batches.writeOnce(`${pass}-${at.batches}`, collected);
        await handOver(written);
        more = written.at(-1)?.path !== collected.at(-1)?.path;
      }
    }
    await send({ id: `${pass} end`, kind: 'end', pass, batches: at.batches, entries: at.entries });
  },
);

/** Bytes that one part of a batch holds at the most, unless a single file is larger. */
const partBytes = 64 * 1024 * 1024;
const partFiles = 10;

/** Hashes a batch, part by part; each part is written to the store whole, and committed. */
export const hashBatch = longActivity(
  { checkpoint: { parse: (value) => value as BatchTotals & { parts: number } } },
  async (
    { checkpoint, signal },
    { root, store: folder }: InventoryInput,
    { batch, pass }: { batch: string; pass: number },
  ): Promise<BatchTotals> => {
    const store = await openStore(recordsOf(folder));
    const parts = partsOf(await (await Batches.open(folder)).read(batch));
    const totals = { ...(checkpoint.last ?? { parts: 0, files: 0, bytes: 0 }) };
    let committedAt = performance.now();
    for (const [number, part] of parts.entries()) {
      if (number < totals.parts) continue;
      const records: StoreRecord[] = [];
      for (const entry of part) {
        const result = await hashFile(root, entry, { signal });
        records.push({ ...result, pass });
        totals.files += 1;
        if (result.kind === 'file') totals.bytes += result.size;
      }
      await note(folder, { activity: 'hash', work: `${batch}/${number}`, files: part.length });
      await store.writeBatch(batch, number, records);
      totals.parts = number + 1;
      if (totals.parts === parts.length) break;
      // A commit a second brings a slow batch to safety; between two of them the next beat does.
      if (performance.now() - committedAt < 1_000) {
        checkpoint.save({ ...totals });
      } else {
        await checkpoint.commit({ ...totals });
        committedAt = performance.now();
      }
    }
    return { files: totals.files, bytes: totals.bytes };
  },
);

/** Fails where the store holds a path twice for one pass, which merging would hide. */
export const checkStore = longActivity({}, async (_job, { store: folder }: InventoryInput): Promise<void> => {
  const [first, ...more] = await (await openStore(recordsOf(folder))).twice();
  if (!first) return;
  throw ApplicationFailure.nonRetryable(
    `The store holds ${more.length + 1} paths more than once in a pass; the first is ${first.path} in pass ${first.pass}`,
    'StoredTwice',
  );
});

/** Writes `inventory.jsonl` and `summary.json` beside the store's records. */
export const summarise = longActivity({}, async (_job, { root, store: folder }: InventoryInput) => {
  const store = await openStore(recordsOf(folder));
  return await summariseStore({ root, store, outputFolder: join(folder, 'inventory') });
});

export const recordsOf = (store: string): string => join(store, 'records');

/** The same parts at each attempt, since a part is what is written whole. */
function partsOf(entries: readonly WalkEntry[]): WalkEntry[][] {
  const parts: WalkEntry[][] = [];
  let bytes = Infinity;
  for (const entry of entries) {
    const size = entry.kind === 'file' ? entry.size : 0;
    const part = parts.at(-1);
    if (part && part.length < partFiles && bytes + size <= partBytes) {
      part.push(entry);
      bytes += size;
    } else {
      parts.push([entry]);
      bytes = size;
    }
  }
  return parts;
}

async function usable(root: string, store: string): Promise<void> {
  try {
    await checkFolder(root);
    await checkOutside(root, store);
  } catch (error) {
    if (!(error instanceof FolderError)) throw error;
    throw ApplicationFailure.nonRetryable(error.message, 'FolderError');
  }
}

/** How many batches wait, as far as can be told: with no worker alive, many. */
async function waiting(handle: {
  query: (query: typeof statusQuery) => Promise<{ inboxes: Record<string, { depth: number }> }>;
}): Promise<number> {
  try {
    return (await handle.query(statusQuery)).inboxes['found']?.depth ?? 0;
  } catch {
    return Infinity;
  }
}
