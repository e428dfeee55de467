import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';

export interface WatchFilesOptions {
  /** A file that is watched wherever it is. */
  file: string | undefined;

  /** Folders whose sources are watched, at any depth. */
  folders: readonly string[];

  /** Called with what changed, once nothing has for a moment. */
  changed: (files: readonly string[]) => void;

  /** Called once where the machine can't watch a folder. */
  failed: (folder: string, error: NodeJS.ErrnoException) => void;

  /** How long that moment is, in milliseconds: an editor writes a file in several steps, and a compiler many files. @default 200 */
  quietMs?: number;
}

/**
 * Watches the sources of a project.
 *
 * Node's own recursive watch would look at each file of `node_modules` where sources lie beside it: tens of thousands, for half a
 * minute, and more than a system may let one user watch.
 */
export class FileWatcher {
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private complained = false;

  constructor(private readonly options: WatchFilesOptions) {}

  /** Begins to watch. @returns when all folders are watched */
  async start(): Promise<void> {
    const { file, folders } = this.options;
    const outermost = [...new Set(folders)].filter(
      (folder) => !folders.some((other) => folder.startsWith(`${other}${sep}`)),
    );
    for (const folder of outermost) await this.enter(folder);
    // Not the file itself: many editors put another one in its place.
    if (file !== undefined && !this.closed) {
      this.watch(`file ${file}`, dirname(file), (_event, name) =>
        name === basename(file) ? this.soon(file) : undefined,
      );
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private async enter(folder: string, isNew = false): Promise<void> {
    const isFolder = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!isFolder || this.closed) return;
    // One that was removed and has come again is another one, which the old watcher knows nothing of.
    this.watch(folder, folder, (event, name) => this.happened(folder, event, name));
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      if (entry.isDirectory()) {
        if (isOwn(entry.name)) await this.enter(join(folder, entry.name), isNew);
      } else if (isNew && isSource(entry.name)) this.soon(join(folder, entry.name));
    }
  }

  private happened(folder: string, event: string, name: string): void {
    if (isSource(name)) this.soon(join(folder, name));
    else if (event === 'rename' && isOwn(name)) void this.enter(join(folder, name), true);
  }

  private watch(key: string, folder: string, happened: (event: string, name: string) => void): void {
    this.watchers.get(key)?.close();
    try {
      const watcher = watch(folder, (event, name) => (name === null ? undefined : happened(event, name)));
      watcher.on('error', () => watcher.close());
      this.watchers.set(key, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || this.complained) return;
      this.complained = true;
      this.options.failed(folder, error as NodeJS.ErrnoException);
    }
  }

  private soon(path: string): void {
    const { changed, quietMs = 200 } = this.options;
    this.files.add(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      changed([...this.files]);
      this.files.clear();
    }, quietMs);
  }
}

const isSource = (name: string): boolean => /\.(?:[cm]?[jt]sx?|json)$/.test(name);

/** Packages, and folders of tools: `.git`, `.longhaul` with its records. */
const isOwn = (name: string): boolean => name !== 'node_modules' && !name.startsWith('.');
