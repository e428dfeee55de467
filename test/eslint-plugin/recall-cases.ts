import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** A project with a hazard, and its clean twin. */
export interface RecallCase {
  title: string;
  /** The rules of which one must report in the hazard. */
  rules: readonly string[];
  hazard: Readonly<Record<string, string>>;
  clean: Readonly<Record<string, string>>;
}

/** The cases of a folder, in the format that its README explains. */
export function recallCases(folder: string): readonly RecallCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  return files.sort().flatMap((name) => casesOf(readFileSync(join(folder, name), 'utf8'), basename(name, '.txt')));
}

function casesOf(text: string, rule: string): readonly RecallCase[] {
  const [, ...parts] = `\n${text}`.split('\n## ');
  return parts.map((part) => {
    const [heading = '', ...blocks] = part.split('\n@ ');
    const [, named, title = heading] = /^\[([^\]]+)\] (.*)$/.exec(heading) ?? [];
    const twins = { hazard: {} as Record<string, string>, clean: {} as Record<string, string> };
    for (const block of blocks) {
      const end = block.indexOf('\n');
      const [path = '', only] = block.slice(0, end).trim().split(' ');
      for (const twin of ['hazard', 'clean'] as const) {
        if (only === undefined || only === twin) twins[twin][path] = `${block.slice(end + 1).trimEnd()}\n`;
      }
    }
    const [hazard, clean] = [twins.hazard, twins.clean].map(withWorker);
    return { title: title.trim(), rules: named?.split('|') ?? [rule], hazard: hazard ?? {}, clean: clean ?? {} };
  });
}

/** A project has a worker, which says where its workflows are. */
function withWorker(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (Object.values(files).some((text) => text.includes('workflowsPath'))) return files;
  return { ...files, 'src/run-worker.ts': worker };
}

const worker = `import { Worker } from '@temporalio/worker';

export async function run(): Promise<void> {
  const worker = await Worker.create({ workflowsPath: require.resolve('./workflows'), taskQueue: 'all' });
  await worker.run();
}
`;
