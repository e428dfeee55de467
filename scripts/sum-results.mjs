// Prints what the parts of a run counted, and their sum as the last line. Plain JavaScript: it must run when a build failed.
import { existsSync, readFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const lines = file && existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
const results = lines.map((line) => JSON.parse(line));
const sum = (key) => results.reduce((total, result) => total + (result[key] ?? 0), 0);

console.log('');
// Said again here: of a long log one sees the end.
for (const failure of results.flatMap(({ failures }) => failures ?? []))
  console.log(`FAILED ${failure.slice(0, 2_000)}`);
for (const { part, passed, failed, skipped } of results) {
  console.log(`${part}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
}
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
