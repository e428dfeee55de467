import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { root } from '../cli/run';

/** A copy of the example, in the repository's own tree so that its imports resolve. */
export async function copyExample(): Promise<string> {
  await mkdir(join(root, '.longhaul'), { recursive: true });
  const folder = await mkdtemp(join(root, '.longhaul/review-'));
  await cp(join(root, 'examples/inventory'), folder, { recursive: true });
  await change(
    join(folder, 'longhaul.config.ts'),
    '../../replay-histories',
    relative(folder, join(root, 'replay-histories')),
  );
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023'],
    module: 'node16',
    types: ['node'],
    strict: true,
    noEmit: true,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  return folder;
}

export const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Replaces one piece of a file, which must be there. */
export async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  await writeFile(file, text.replace(from, to));
}
