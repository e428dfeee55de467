import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Step } from './edit';
import type { FoundWorker } from './find-worker';
import { quoted, relativeModule } from './find-worker';
import type { Project } from './project';

const what = 'the configuration of the commands';

/** `longhaul.config.ts`; as `.mjs` where the project's own build would compile it and so move what it compiles. */
export function configStep(
  project: Project,
  worker: FoundWorker | undefined,
  { types, hasWorkflows }: { types: readonly string[]; hasWorkflows: boolean },
): Step {
  const { folder, include, compilesRoot } = project;
  const there = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs']
    .map((ending) => join(folder, `longhaul.config.${ending}`))
    .find((path) => existsSync(path));
  if (there !== undefined) return { kind: 'kept', path: there, what };
  const path = join(folder, include === null || compilesRoot ? 'longhaul.config.mjs' : 'longhaul.config.ts');
  const isScript = path.endsWith('.mjs');
  const lines = [
    "import { defineConfig } from 'longhaul/config';",
    ...(isScript && worker?.activities !== undefined ? [staticImport(project, worker.activities)] : []),
    '',
    'export default defineConfig({',
    ...workflowLines(project, worker),
    ...activityLines(project, worker, isScript),
    worker?.taskQueue === undefined
      ? "  // taskQueue: 'the queue that your worker polls',"
      : `  taskQueue: ${worker.taskQueue},`,
    ...(!hasWorkflows
      ? ["  enforce: 'error',"]
      : [
          "  // 'error' as soon as longhaul_guard_hits has read zero for as long as your workflows run.",
          "  enforce: 'warn',",
        ]),
    '  catalog: {',
    '    // How long each workflow takes at most, and who is called when it takes longer:',
    ...(types.length === 0 ? ['yourWorkflow'] : types).map(
      (type) =>
        `    // ${/^[\p{ID_Start}_$]\w*$/u.test(type) ? type : quoted(type)}: { expectedMaxDuration: '3 days', team: 'your-team' },`,
    ),
    '  },',
    '});',
    '',
  ];
  return { kind: 'edit', edit: { path, what, before: undefined, after: lines.join('\n') } };
}

function workflowLines({ folder }: Project, worker: FoundWorker | undefined): string[] {
  if (worker?.workflowsPath !== undefined) {
    return [`  workflowsPath: ${quoted(relativeModule(folder, worker.workflowsPath))},`];
  }
  // A worker that only runs activities has none.
  if (worker !== undefined && !worker.has.workflows) return [];
  return ["  // workflowsPath: './src/workflows.ts',"];
}

/** @param isScript Whether the configuration is one in which `import()` is Node's own, and so finds no TypeScript. */
function activityLines(project: Project, worker: FoundWorker | undefined, isScript: boolean): string[] {
  const { folder, manifest } = project;
  if (worker?.activities !== undefined) {
    if (isScript) return ['  activities,'];
    const { specifier, name, file } = worker.activities;
    const from = quoted(rebased(folder, file, specifier));
    if (name === '*') return [`  activities: () => import(${from}),`];
    return [`  activities: async () => (await import(${from})).${name},`];
  }
  if (worker !== undefined && !worker.has.activities) return [];
  const where =
    worker === undefined
      ? ''
      : ` as ${relative(folder, worker.file).replaceAll('\\', '/')} does: ${worker.activitiesText ?? ''}`;
  const isNest = '@nestjs/core' in { ...manifest.dependencies, ...manifest.devDependencies };
  return [
    `  // Make the activities${where}`,
    ...(isNest
      ? [
          "  // At the top: import { NestFactory } from '@nestjs/core'; import { AppModule } from './src/app.module';",
          '  // activities: async () => {',
          '  //   const app = await NestFactory.createApplicationContext(AppModule);',
          '  //   const service = app.get(YourActivities);',
          '  //   return { activities: { charge: (id) => service.charge(id) }, close: () => app.close() };',
        ]
      : [
          "  // At the top: import { createActivities } from './src/activities';",
          '  // activities: async () => {',
          '  //   return { activities: createActivities(), close: async () => {} };',
        ]),
    '  // },',
  ];
}

function staticImport({ folder }: Project, { specifier, name, file }: NonNullable<FoundWorker['activities']>): string {
  const from = quoted(rebased(folder, file, specifier));
  if (name === '*') return `import * as activities from ${from};`;
  return `import ${name === 'default' ? 'activities' : name === 'activities' ? '{ activities }' : `{ ${name} as activities }`} from ${from};`;
}

/** An import of a file as the configuration writes it, with the ending that the file gave it. */
function rebased(folder: string, file: string, specifier: string): string {
  return specifier.startsWith('.') ? relativeModule(folder, join(file, '..', specifier)) : specifier;
}
