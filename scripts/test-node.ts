import { parseArgs } from 'node:util';
import { repositoryRoot } from './support/manifest';
import { mustRun } from './support/run-command';
import { runScript } from './support/run-script';
import { describeResult, runSuite } from './support/run-suite';
import { ScriptError } from './support/script-error';

const usage = `Usage: npm run test:node [-- VERSION... [-- MOCHA_OPTION...]]

Runs the built suite on other versions of Node, which npx fetches (default: 22 24).`;

async function testNode(argv: readonly string[]): Promise<number> {
  const [own, mochaArgs] = splitAt(argv, '--');
  const { values, positionals } = parse(own);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const versions = positionals.length ? positionals : ['22', '24'];
  const wrong = versions.find((version) => !/^\d+(\.\d+){0,2}$/.test(version));
  if (wrong) throw new ScriptError(`test:node: '${wrong}' is no version of Node, such as 22 or 20.19. See --help.`);

  const root = repositoryRoot();
  const lines: string[] = [];
  let allOk = true;
  for (const version of versions) {
    const node = ['npx', '--yes', '--package', `node@${version}`, 'node'];
    const [npx = 'npx', ...rest] = node;
    const exact = (await mustRun(npx, [...rest, '--version'], { cwd: root })).stdout.trim();
    console.log(`Node ${exact}`);
    const result = await runSuite({ root, node, mochaArgs });
    lines.push(`Node ${exact}: ${describeResult(result)}`);
    allOk &&= result.ok;
  }
  console.log(lines.join('\n'));
  return allOk ? 0 : 1;
}

function splitAt(argv: readonly string[], separator: string): [string[], string[]] {
  const at = argv.indexOf(separator);
  return at < 0 ? [[...argv], []] : [argv.slice(0, at), argv.slice(at + 1)];
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean' } } });
  } catch (error) {
    throw new ScriptError(
      `test:node: ${error instanceof Error ? (error.message.split('. ')[0] ?? '') : ''}. See --help.`,
    );
  }
}

runScript(testNode);
