import ts from 'typescript';
import { isTypeofGuarded } from './context.js';
import type { Hazard, Spot } from './hazards.js';
import { ofIntlArguments } from './intl.js';
import { readsLocally } from './date-text.js';
import { bare, fileOf } from './syntax.js';

/** Names that stand for the global object. */
export const containers: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self']);

/** What Node and browsers have and the workflow sandbox lacks: a mention of it throws a ReferenceError. */
export const lacking: ReadonlySet<string> = new Set(
  `process Buffer fetch performance structuredClone atob btoa navigator XMLHttpRequest WebSocket EventSource document
  localStorage sessionStorage indexedDB Headers Request Response FormData Blob File FileReader Event EventTarget
  CustomEvent MessageChannel MessagePort BroadcastChannel AbortSignal DOMException ReadableStream WritableStream
  TransformStream CompressionStream DecompressionStream TextDecoderStream TextEncoderStream crypto`.split(/\s+/),
);

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);

/** What the sandbox replaces by something that throws: when memory is collected no replay repeats. */
const collected = new Set(['WeakRef', 'FinalizationRegistry']);

const leaks =
  /^(Temporal\.Now\.\w+|Atomics\.waitAsync|WebAssembly\.(compile|compileStreaming|instantiate|instantiateStreaming))$/;

const randoms = new Set(['Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);

const newNames = ['Iterator', 'Float16Array', 'DisposableStack', 'AsyncDisposableStack', 'SuppressedError', 'Temporal'];

/** The names that `Referents` knows as built-in. */
export const globals: ReadonlySet<string> = new Set([
  ...containers,
  ...lacking,
  ...timers,
  ...collected,
  'Date',
  'Math',
  'Intl',
  ...newNames,
  'Atomics',
  'WebAssembly',
  'Object',
  'Array',
  'String',
  'Number',
  'Boolean',
  'Function',
  'Promise',
  'RegExp',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Symbol',
  'Error',
  'JSON',
  'Reflect',
  'BigInt',
]);

/** The hazards of using a built-in, by the way from the global object; `()` stands for what a call returns. */
export function ofGlobal(path: string, spot: Spot): readonly Hazard[] {
  const [first = ''] = path.split('.');
  const { use, args } = spot;
  if (path === 'Date') return ofDate(spot);
  const name = path.replace(/\.(bind|call|apply)$/, '');
  const label = use === 'call' ? `${name}()` : name;
  if (use !== 'read') {
    if (name === 'Date.now') return [{ effect: 'clock', label }];
    if (randoms.has(name)) return isProvided(spot.node, first) ? [] : [{ effect: 'random', label }];
    if (timers.has(name)) return ofTimer(name, label);
    if (collected.has(name) && use === 'new' && !isTypeofGuarded(spot.node, name)) return ofCollected(name);
    if (leaks.test(name)) return [{ effect: 'clock-leak', label }];
    if (name === 'Date.parse' && use === 'call' && readsLocally(args?.[0])) {
      return [{ effect: 'time-zone', label: 'Date.parse()', remedy: zoned }];
    }
  }
  if (first === 'Intl') return ofIntl(name, spot);
  if (!lacking.has(first) || randoms.has(name)) return [];
  return ofLacking(first, name, label, spot);
}

const zoned = "Give the text a zone: '…Z' or '…+02:00'.";

function ofDate({ use, args }: Spot): readonly Hazard[] {
  if (use === 'call') return [{ effect: 'clock', label: 'Date()' }];
  if (use !== 'new' || args === undefined) return [];
  // The value of a date is what it was made from; only one made from nothing is the time.
  if (args.length === 0) return [{ effect: 'clock', label: 'new Date()' }];
  if (args.some(ts.isSpreadElement)) return [];
  if (args.length > 1) {
    const remedy = 'Use new Date(Date.UTC(…)).';
    return [{ effect: 'time-zone', label: 'new Date(year, month, …)', remedy }];
  }
  return readsLocally(args[0]) ? [{ effect: 'time-zone', label: 'new Date(text)', remedy: zoned }] : [];
}

function ofCollected(name: string): readonly Hazard[] {
  const remedy = `${name} throws a DeterminismViolationError in the workflow sandbox: hold the object, or key a WeakMap by it.`;
  return [{ effect: 'io', label: `new ${name}()`, remedy }];
}

function ofTimer(name: string, label: string): readonly Hazard[] {
  const remedy =
    name === 'setTimeout'
      ? 'It becomes a durable timer, and what its callback throws fails the workflow task for ever: await sleep() from @temporalio/workflow.'
      : name === 'setInterval'
        ? 'The sandbox has none: loop over sleep() from @temporalio/workflow.'
        : 'The sandbox has none: await Promise.resolve() lets other code run first.';
  return [{ effect: 'timer', label, remedy }];
}

function isAskedFor(member: string, { parent }: ts.Node): boolean {
  return ts.isPropertyAccessExpression(parent) && parent.name.text === member;
}

function ofIntl(name: string, spot: Spot): readonly Hazard[] {
  const { use, args, node } = spot;
  const [, type = '', , member] = name.split('.');
  if (name === `Intl.${type}` && (use === 'new' || use === 'call')) {
    if (type === 'Locale' || !/^[A-Z]/.test(type)) return [];
    const isDates = type === 'DateTimeFormat';
    if (isDates && ts.isPropertyAccessExpression(node.parent) && node.parent.name.text === 'resolvedOptions') {
      const label = 'Intl.DateTimeFormat().resolvedOptions()';
      if (isAskedFor('locale', node.parent.parent))
        return ofIntlArguments(`${label}.locale`, args?.[0], undefined, false);
      return [{ effect: 'time-zone', label, remedy: 'Pass the zone in as an argument.' }];
    }
    return ofIntlArguments(`${use === 'new' ? 'new ' : ''}${name}()`, args?.[0], args?.[1], isDates);
  }
  const formats = /^format(ToParts)?$/.test(member ?? '');
  if (type !== 'DateTimeFormat' || !formats || use !== 'call' || args === undefined || args.length > 0) return [];
  return [{ effect: 'clock-leak', label: `Intl.DateTimeFormat#${member ?? ''}()`, remedy: 'Pass the date to format.' }];
}

function ofLacking(first: string, name: string, label: string, { node }: Spot): readonly Hazard[] {
  // The bundler puts a constant in its place.
  if (/^process\.env\.NODE_ENV\b/.test(name)) return [];
  const text = node.getText();
  // Another name for it was read where it was declared.
  if (![first, ...containers].includes(/^\(*(?:new )?(\w+)/.exec(text)?.[1] ?? '')) return [];
  // Through the global object a missing name is just undefined.
  if (/^(globalThis|window|self|global)\b/.test(text) && (text.includes('?.') || bareOf(text))) return [];
  if (isTypeofGuarded(node, first) || isProvided(node, first)) return [];
  const remedy =
    first === 'process'
      ? 'The workflow sandbox has no process: pass the value in as an argument, or read it in an activity.'
      : first === 'fetch' || first === 'XMLHttpRequest' || first === 'WebSocket'
        ? 'The workflow sandbox has no network: do it in an activity.'
        : `The workflow sandbox has no ${first}: do it in an activity.`;
  return [{ effect: 'io', label, remedy }];
}

/** A file that puts something in the place of a missing name, as polyfills do, knows that it is missing. */
function isProvided(node: ts.Node, name: string): boolean {
  if (name === 'Math') return false;
  return new RegExp(`\\b(globalThis|global|window|self)\\b[^;\\n=.]*\\.${name}\\s*(\\?\\?|\\|\\|)?=[^=]`).test(
    node.getSourceFile().text,
  );
}

function bareOf(text: string): boolean {
  return /^\w+\.\w+$/.test(text);
}

/** Whether a test of a value asks which JavaScript engine runs, by what newer ones have. */
export function probedFeature(path: string): boolean {
  return newer.test(path);
}

const newer =
  /^(Iterator|Float16Array|DisposableStack|AsyncDisposableStack|SuppressedError|Temporal)(\.|$)|^(Object\.groupBy|Map\.groupBy|Promise\.(withResolvers|try)|Array\.fromAsync|RegExp\.escape|Error\.isError|Math\.(f16round|sumPrecise)|Set\.prototype\.(union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)|Iterator\.\w+)$/;

/** The text of an expression without parentheses and assertions. */
export function plainText(node: ts.Expression): string {
  return withoutAssertions(node)
    .replace(/\s+/g, '')
    .replace(/^(globalThis|global|window|self)\./, '');
}

function withoutAssertions(node: ts.Expression): string {
  const members: string[] = [];
  let value = bare(node);
  for (; ts.isPropertyAccessExpression(value); value = bare(value.expression)) members.push(value.name.text);
  return [value.getText(fileOf(value)), ...members.reverse()].join('.');
}
