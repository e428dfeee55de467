import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { repositoryRoot } from './support/manifest';
import { runCommand } from './support/run-command';
import { runScript } from './support/run-script';
import { ScriptError } from './support/script-error';
import { Browser, findBrowser } from './test-pages/browser';
import { examine } from './test-pages/examine';
import { awkwardInspection, awkwardReview, brokenPage, hostile } from './test-pages/awkward';

const usage = `Usage: npm run test:pages

Opens the pages of inspect --html and review --html in a headless Chromium (CHROME_PATH, or the first on the PATH) at the
width of a phone and of a desk, and prints them. Pictures are left in .longhaul/pages.`;

const widths = [360, 1_280];

async function testPages(argv: readonly string[]): Promise<number> {
  if (argv.length > 0) {
    if (argv[0] !== '--help')
      throw new ScriptError(`test:pages: takes no argument ${JSON.stringify(argv[0])}. See --help.`);
    console.log(usage);
    return 0;
  }
  const root = repositoryRoot();
  const folder = join(root, '.longhaul/pages');
  const browser = await Browser.start(findBrowser());
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const pages = await writePages(root, folder);
    let bad = 0;
    for (const name of pages) {
      for (const width of widths) {
        const { faults, pdfPages, png } = await examine(browser, join(folder, `${name}.html`), width);
        await writeFile(join(folder, `${name}-${width}.png`), png);
        console.log(`${faults.length === 0 ? 'ok ' : 'bad'} ${name} at ${width} px, ${pdfPages} pages on paper`);
        for (const fault of faults) console.log(`    ${fault}`);
        bad += faults.length === 0 ? 0 : 1;
      }
    }
    // A check that finds nothing in a page which does all of it wrong would find nothing anywhere.
    await writeFile(join(folder, 'broken.html'), brokenPage);
    const { faults } = await examine(browser, join(folder, 'broken.html'), 360);
    const said = [
      /too wide/,
      /too small/,
      /network for http/,
      /console/,
      /less than on the screen/,
      /stay folded/,
      /become IMG, SCRIPT|become SCRIPT, IMG/,
    ];
    const unseen = said.filter((fault) => !faults.some((one) => fault.test(one)));
    console.log(`${unseen.length === 0 ? 'ok ' : 'bad'} a broken page has ${faults.length} faults`);
    for (const one of unseen) console.log(`    not found: ${one.source}`);
    const tried = pages.length * widths.length + 1;
    const failed = bad + (unseen.length === 0 ? 0 : 1);
    console.log(`${tried - failed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}

/** Real pages by the real commands, two with all that is long or strange, and two in which each word attacks. */
async function writePages(root: string, folder: string): Promise<string[]> {
  const longhaul = async (name: string, cwd: string, args: readonly string[]): Promise<void> => {
    const file = join(folder, `${name}.html`);
    const bin = join(root, 'dist/cli/bin.js');
    const { status, output } = await runCommand(process.execPath, [bin, ...args, '--html', relative(cwd, file)], {
      cwd,
    });
    if (status > 1) throw new ScriptError(`longhaul ${args.join(' ')} ended with status ${status}:\n${output}`, 3);
  };
  await longhaul('inspect', root, ['inspect', 'replay-histories', '--payloads']);
  await longhaul('inspect-many', root, ['inspect', 'test/replay/fixtures', '--payloads']);
  await longhaul('review', join(root, 'examples/inventory'), ['review']);
  await writeFile(join(folder, 'inspect-awkward.html'), awkwardInspection());
  await writeFile(join(folder, 'review-awkward.html'), awkwardReview());
  await writeFile(join(folder, 'inspect-hostile.html'), awkwardInspection(hostile));
  await writeFile(join(folder, 'review-hostile.html'), awkwardReview(hostile, 1));
  return [
    'inspect',
    'inspect-many',
    'review',
    'inspect-awkward',
    'review-awkward',
    'inspect-hostile',
    'review-hostile',
  ];
}

runScript(testPages);
