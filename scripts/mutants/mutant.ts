import { readFile, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** A committed defect, and the test that has to notice it. */
export interface Mutant {
  name: string;
  patch: string;
  /** What the code promises and the mutant breaks, in a sentence. */
  guarantee: string;
  /** A compiled test file, relative to the root. */
  testFile: string;
  /** Which of its tests. */
  grep: string;
}

/** A patch without the lines that say what it breaks and which test is to notice. */
export class MutantHeaderError extends Error {
  override readonly name = 'MutantHeaderError';
}

/** Reads the mutants of a folder, in the order of their names. */
export async function readMutants(folder: string): Promise<Mutant[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.patch')).sort();
  return await Promise.all(files.map((file) => readMutant(join(folder, file))));
}

async function readMutant(patch: string): Promise<Mutant> {
  const text = await readFile(patch, 'utf8');
  const name = basename(patch, '.patch');
  const guarantee = /^# guarantee: (.+)$/m.exec(text)?.[1];
  const [, testFile, grep] = /^# test: (\S+) --grep (.+)$/m.exec(text) ?? [];
  if (guarantee === undefined || testFile === undefined || grep === undefined) {
    throw new MutantHeaderError(
      `mutants/${name}.patch needs the lines '# guarantee: <sentence>' and '# test: <compiled test file> --grep <regex>' on top.`,
    );
  }
  return { name, patch, guarantee, testFile, grep };
}
