import { join } from 'node:path';
import ts from 'typescript';
import { SchemaOfType } from './schema-of-type';
import type { Schema } from './schema-of-type';

/** What each command prints with `--json`, and what else is read by other programs: its type and where that is. */
export const published: readonly { name: string; file: string; type: string; about: string }[] = [
  {
    name: 'inspect',
    file: 'replay/inspect/inspection.ts',
    type: 'InspectReport',
    about: 'longhaul inspect --json',
  },
  { name: 'drill', file: 'testing/drill/drill-report.ts', type: 'DrillReport', about: 'longhaul drill --json' },
  { name: 'run', file: 'cli/run-result.ts', type: 'RunResult', about: 'longhaul run --json' },
  { name: 'watch', file: 'client/watch/report.ts', type: 'WatchReport', about: 'longhaul watch --json' },
  { name: 'watch-event', file: 'client/watch/report.ts', type: 'WatchEvent', about: 'longhaul watch --follow --json' },
  { name: 'review', file: 'review/report.ts', type: 'ReviewReport', about: 'longhaul review --json' },
  { name: 'replay', file: 'replay/report.ts', type: 'ReplayReport', about: 'longhaul replay --json' },
  { name: 'record', file: 'cli/record-report.ts', type: 'RecordPrinted', about: 'longhaul record --json' },
  { name: 'prune', file: 'cli/prune.ts', type: 'PrunePrinted', about: 'longhaul prune --json' },
  { name: 'lint', file: 'eslint-plugin/cli/main.ts', type: 'LintPrinted', about: 'longhaul lint --json' },
  { name: 'doctor', file: 'setup/doctor/report.ts', type: 'DoctorReport', about: 'longhaul doctor --json' },
  { name: 'init', file: 'setup/init/report.ts', type: 'InitReport', about: 'longhaul init --json' },
];

/** The schemas by name. */
export function makeSchemas(root: string): Map<string, Schema> {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)).config as unknown;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const files = published.map(({ file }) => join(root, file));
  const program = ts.createProgram(files, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  return new Map(
    published.map(({ name, file, type, about }) => {
      const source = program.getSourceFile(join(root, file));
      const exported = source && checker.getSymbolAtLocation(source)?.exports?.get(ts.escapeLeadingUnderscores(type));
      if (!exported) throw new Error(`${file} exports no type ${type}`);
      const schema = new SchemaOfType(checker).whole(checker.getDeclaredTypeOfSymbol(exported));
      return [
        name,
        { $schema: 'http://json-schema.org/draft-07/schema#', $id: `longhaul.${name}/1`, title: about, ...schema },
      ];
    }),
  );
}
