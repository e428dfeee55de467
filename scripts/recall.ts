import { runRecall } from '../test/eslint-plugin/recall-run';

const { cases, missed, wrong } = runRecall(process.cwd());
console.log(
  `Found ${cases - missed.length} of ${cases} hazards; ${wrong.length} of ${cases} clean twins have a report.`,
);
for (const line of missed) console.log(`missed  ${line}`);
for (const line of wrong) console.log(`false   ${line}`);
