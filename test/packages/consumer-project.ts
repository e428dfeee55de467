import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packAll } from '../../scripts/release/pack';
import type { Tarball } from '../../scripts/release/pack';
import { readManifest, repositoryRoot, subpathsOf } from '../../scripts/support/manifest';
import { mustRun, runCommand } from '../../scripts/support/run-command';
import type { CommandResult } from '../../scripts/support/run-command';

const root = repositoryRoot();

/** A user's project outside the repository, in which the packed packages and their peers are installed. */
export class ConsumerProject {
  private constructor(
    readonly folder: string,
    readonly tarballs: readonly Tarball[],
  ) {}

  static async install(): Promise<ConsumerProject> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-consumer-'));
    const tarballs = await packAll(root, join(folder, 'tarballs'));
    const project = new ConsumerProject(folder, tarballs);
    await cp(join(root, 'test', 'packages', 'fixtures', 'consumer'), folder, { recursive: true });
    await project.write('package.json', JSON.stringify(project.manifest()));
    await mustRun('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
    });
    return project;
  }

  /** What a user can import from the packages. */
  get subpaths(): string[] {
    return this.tarballs.flatMap(({ manifest }) => subpathsOf(manifest));
  }

  write = (file: string, text: string): Promise<void> => writeFile(join(this.folder, file), text);

  node = (...args: string[]): Promise<CommandResult> => runCommand(process.execPath, args, { cwd: this.folder });

  /** Runs what a package has put into `node_modules/.bin`. */
  bin = (name: string, ...args: string[]): Promise<CommandResult> =>
    runCommand(join(this.folder, 'node_modules', '.bin', name), args, { cwd: this.folder });

  remove = (): Promise<void> => rm(this.folder, { recursive: true, force: true });

  private manifest() {
    const peers = this.tarballs.flatMap(({ manifest }) => Object.keys(manifest.peerDependencies ?? {}));
    const { overrides } = readManifest(root);
    return {
      private: true,
      dependencies: {
        ...Object.fromEntries([...peers, '@types/node'].map((name) => [name, installedVersion(name)])),
        ...Object.fromEntries(this.tarballs.map(({ manifest: { name }, file }) => [name, `file:${file}`])),
      },
      overrides,
    };
  }
}

/** The version that the repository is developed with, so that the suite tests one and the same everywhere. */
function installedVersion(name: string): string {
  const require = createRequire(join(root, 'package.json'));
  const folders = require.resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return readManifest(join(folder, name)).version;
    } catch {
      // the next folder up
    }
  }
  throw new Error(`${name} isn't installed`);
}
