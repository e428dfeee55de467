import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(__dirname, '../../..');

/** A project of a user's in a folder of its own, for each test of a suite. */
export class ProjectFolder {
  path = '';

  async write(files: Readonly<Record<string, string | object>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.path, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    }
  }

  /** Puts links to this repository's packages, and to longhaul, into `node_modules`; those of `without` are left out. */
  async link(without: readonly string[] = [], inside = '.'): Promise<void> {
    const modules = join(this.path, inside, 'node_modules');
    const theirs = join(root, 'node_modules');
    await mkdir(join(modules, '@temporalio'), { recursive: true });
    const scoped = (await readdir(join(theirs, '@temporalio'))).map((name) => `@temporalio/${name}`);
    const names = [...(await readdir(theirs)), ...scoped].filter(
      (name) => name !== '@temporalio' && !name.startsWith('.'),
    );
    for (const name of names.filter((each) => !without.includes(each)))
      await symlink(join(theirs, name), join(modules, name));
    if (!names.includes('longhaul')) await symlink(root, join(modules, 'longhaul'));
  }
}

export function useProject(): ProjectFolder {
  const project = new ProjectFolder();
  beforeEach(async () => {
    project.path = await mkdtemp(join(tmpdir(), 'longhaul-setup-'));
    await mkdir(join(project.path, '.git'));
  });
  afterEach(() => rm(project.path, { recursive: true, force: true }));
  return project;
}
