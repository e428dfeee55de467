import { runRecall } from '../test/eslint-plugin/recall-run';

for (const folder of ['recall', 'recall-spellings'] as const) {
  const { cases, missed, wrong } = runRecall(process.cwd(), folder);
  console.log(
    `${folder}: found ${cases - missed.length} of ${cases} hazards; ${wrong.length} of ${cases} clean twins have a report.`,
  );
  for (const line of missed) console.log(`missed  ${line}`);
  for (const line of wrong) console.log(`false   ${line}`);
}
