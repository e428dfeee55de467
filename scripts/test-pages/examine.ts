import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Browser } from './browser';

export interface Examined {
  /** What is wrong, one sentence each. */
  faults: string[];
  pdfPages: number;
  /** A picture at that width. */
  png: Buffer;
}

/** What a page says of itself once it is laid out; runs in the page. */
const measure = `(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const outside = [...document.querySelectorAll('body *')].filter((one) =>
    one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll')).map((one) => one.tagName);
  const hidden = [...document.querySelectorAll('.scroll')].filter((one) =>
    one.scrollWidth > one.clientWidth && !/auto|scroll/.test(getComputedStyle(one).overflowX)).length;
  const small = [...document.querySelectorAll('body *')].filter((one) => {
    if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) return false;
    if (!one.checkVisibility()) return false;
    if (one.namespaceURI.endsWith('svg')) {
      if (one.tagName !== 'text') return false;
      const { a } = one.getScreenCTM();
      return parseFloat(getComputedStyle(one).fontSize) * a < 9;
    }
    return parseFloat(getComputedStyle(one).fontSize) < 11;
  }).map((one) => one.tagName + ' ' + one.textContent.trim().slice(0, 30));
  const folded = [...document.querySelectorAll('details > :not(summary)')].filter((one) =>
    !one.checkVisibility({ contentVisibilityAuto: true }) || one.getBoundingClientRect().height === 0).length;
  const text = document.body.innerText.trim().length;
  const acts = [...document.querySelectorAll('*')].filter((one) =>
    one.matches('script, img, iframe, object, embed, form, base, link:not([rel=icon]), a:not([href^="#"])') ||
    [...one.attributes].some(({ name }) => name.startsWith('on'))).map((one) => one.tagName);
  return { wide, outside: [...new Set(outside)], hidden, small, folded, text, acts: [...new Set(acts)] };
})()`;

interface Measured {
  wide: number;
  outside: string[];
  hidden: number;
  small: string[];
  /** Parts that are folded away. */
  folded: number;
  text: number;
  /** What could run or ask the network for something, were it let. */
  acts: string[];
}

/** Opens a page at a width as a person would, and prints it. */
export async function examine(browser: Browser, file: string, width: number): Promise<Examined> {
  const { targetId } = await browser.send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await browser.send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true });
  const send = <T>(method: string, params: object = {}): Promise<T> => browser.send<T>(method, params, sessionId);
  const url = pathToFileURL(file).href;
  const faults: string[] = [];
  let loaded: () => void = () => undefined;
  const isLoaded = new Promise<boolean>((resolve) => {
    loaded = () => resolve(true);
  });
  const stop = browser.listen(sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Runtime.exceptionThrown') faults.push('It throws.');
    if (method === 'Runtime.consoleAPICalled') faults.push('It writes to the console.');
    if (method === 'Log.entryAdded') faults.push(`The console shows: ${(params.entry as { text: string }).text}`);
    if (method === 'Network.requestWillBeSent') {
      const asked = (params.request as { url: string }).url;
      if (asked !== url && !asked.startsWith('data:')) faults.push(`It asks the network for ${asked}.`);
    }
  });
  try {
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
    const mobile = width < 600;
    await send('Emulation.setDeviceMetricsOverride', { width, height: 800, deviceScaleFactor: mobile ? 2 : 1, mobile });
    await send('Page.navigate', { url });
    if (!(await Promise.race([isLoaded, sleep(10_000, false)]))) faults.push('It does not load.');
    const { result } = await send<{ result: { value: Measured } }>('Runtime.evaluate', {
      expression: measure,
      returnByValue: true,
    });
    const { wide, outside, hidden, small, text, acts } = result.value;
    if (acts.length > 0) faults.push(`What it quotes has become ${acts.join(', ')}.`);
    if (text < 100) faults.push('It shows nothing.');
    if (wide > 0) faults.push(`At ${width} px it is ${wide} px too wide.`);
    if (outside.length > 0) faults.push(`At ${width} px ${outside.join(', ')} stand outside.`);
    if (hidden > 0) faults.push(`At ${width} px ${hidden} tables are cut off.`);
    if (small.length > 0)
      faults.push(`At ${width} px ${small.length} texts are too small, such as: ${small[0] ?? ''}.`);
    const clip = { x: 0, y: 0, width, height: 2_400, scale: 1 };
    const { data } = await send<{ data: string }>('Page.captureScreenshot', { captureBeyondViewport: true, clip });
    await send('Emulation.setEmulatedMedia', { media: 'print' });
    await send('Emulation.setDeviceMetricsOverride', {
      width: 700,
      height: 1_000,
      deviceScaleFactor: 1,
      mobile: false,
    });
    const printed = await send<{ result: { value: Measured } }>('Runtime.evaluate', {
      expression: measure,
      returnByValue: true,
    });
    if (printed.result.value.wide > 0) faults.push(`On paper it is ${printed.result.value.wide} px too wide.`);
    if (printed.result.value.text < text) faults.push('On paper it shows less than on the screen.');
    const { folded } = printed.result.value;
    if (folded > 0) faults.push(`On paper ${folded} parts stay folded.`);
    const pdf = await send<{ data: string }>('Page.printToPDF', { preferCSSPageSize: true });
    const pdfPages =
      Buffer.from(pdf.data, 'base64')
        .toString('latin1')
        .match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    if (pdfPages === 0) faults.push('It can not be printed.');
    return { faults, pdfPages, png: Buffer.from(data, 'base64') };
  } finally {
    stop();
    await browser.send('Target.closeTarget', { targetId });
  }
}
