import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { recordCompat } from './record-compat';
import { recordExample } from './record-example';

/** `npm run record`: records the example's histories and the protocol's golden ones, beside those that are there. */
async function main(): Promise<void> {
  const codeVersion = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
    encoding: 'utf8',
  }).trim();
  const folder = join(process.cwd(), 'replay-histories');
  await recordExample(folder, codeVersion);
  await recordCompat(join(folder, 'compat'), codeVersion);
}

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 3;
});
