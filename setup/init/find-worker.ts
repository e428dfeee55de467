import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { closingOf, depthOf, fieldsOf, isMark } from '../tokens';
import type { Token } from '../tokens';
import type { Import } from './source-file';
import { moduleFile, SourceFile } from './source-file';

/** What the options of a worker say, as far as reading them tells. */
export interface FoundWorker {
  file: string;
  line: number;
  /** The workflow file. */
  workflowsPath?: string;
  /** An expression for the configuration: a text, or what the worker falls back from. */
  taskQueue?: string;
  /** Where the activities are imported from. */
  activities?: Import & { file: string };
  /** The activities as they are written, where they are no import. */
  activitiesText?: string;
  /** Whether the options have these at all. */
  has: { workflows: boolean; activities: boolean };
}

/** The workers of these sources: what has a `workflowsPath`, and what is given to `Worker.create` or `runWorker`. */
export function findWorkers(sources: readonly string[], cwd: string): FoundWorker[] {
  const found = sources.flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    if (!/workflowsPath|Worker\s*\.\s*create|runWorker/.test(text)) return [];
    const file = new SourceFile(path, text);
    return joined([...optionObjects(file.tokens)].map((open) => workerAt(file, open, cwd)));
  });
  // A worker with workflows tells more than one with activities alone; a bundle script, without a task queue, less.
  const weight = (worker: FoundWorker): number =>
    (worker.has.workflows ? 4 : 0) + (worker.taskQueue === undefined ? 0 : 2) + (worker.has.activities ? 1 : 0);
  return found.sort((a, b) => weight(b) - weight(a));
}

/** Options that a file puts together of several objects, as by `...(isProduction ? bundle : { workflowsPath })`, are one worker's. */
function joined(workers: readonly FoundWorker[]): readonly FoundWorker[] {
  const [own, ...others] = workers.filter(({ has }) => has.activities && !has.workflows);
  const rest = workers.filter((worker) => worker !== own && worker.has.workflows && !worker.has.activities);
  const [only] = rest;
  if (!own || !only || others.length > 0 || rest.length !== workers.length - 1) return workers;
  const { taskQueue = only.taskQueue } = own;
  const { workflowsPath } = only;
  return [
    {
      ...own,
      has: { workflows: true, activities: true },
      ...(taskQueue === undefined ? {} : { taskQueue }),
      ...(workflowsPath === undefined ? {} : { workflowsPath }),
    },
  ];
}

function optionObjects(tokens: readonly Token[]): Set<number> {
  const opens = new Set<number>();
  tokens.forEach((token, index) => {
    if (token.kind !== 'name') return;
    const before = tokens[index - 1];
    const isField = isMark(before, '{') || isMark(before, ',');
    const after = tokens[index + 1];
    if (token.raw === 'workflowsPath' && isField && [':', ',', '}'].some((mark) => isMark(after, mark))) {
      const open = enclosing(tokens, index);
      if (open !== undefined && isMark(tokens[open], '{')) opens.add(open);
    }
    const called = token.raw === 'runWorker' || (token.raw === 'create' && tokens[index - 2]?.raw === 'Worker');
    if (called && isMark(after, '(') && isMark(tokens[index + 2], '{')) opens.add(index + 2);
  });
  return opens;
}

function enclosing(tokens: readonly Token[], from: number): number | undefined {
  let depth = 0;
  for (let index = from - 1; index >= 0; index -= 1) {
    depth += depthOf(tokens[index]);
    if (depth === 1) return index;
  }
  return undefined;
}

function workerAt(file: SourceFile, open: number, cwd: string): FoundWorker {
  const fields = fieldsOf(file.tokens, open);
  const workflows = fields.get('workflowsPath');
  const activities = fields.get('activities');
  const workflowsPath = workflows && pathOf(workflows, file, cwd);
  const taskQueue = textOf(fields.get('taskQueue') ?? onlyTaskQueue(file), file);
  const [first] = file.tokens.slice(open);
  return {
    file: file.path,
    line: first === undefined ? 1 : file.lineOf(first),
    has: { workflows: workflows !== undefined, activities: activities !== undefined },
    ...(workflowsPath === undefined ? {} : { workflowsPath }),
    ...(taskQueue === undefined ? {} : { taskQueue }),
    ...(activities === undefined ? {} : activitiesOf(activities, file)),
  };
}

function activitiesOf(value: readonly Token[], file: SourceFile): Pick<FoundWorker, 'activities' | 'activitiesText'> {
  const [only] = value;
  const imported = value.length === 1 && only?.kind === 'name' ? file.import(only.raw) : undefined;
  if (imported) return { activities: { ...imported, file: file.path } };
  const text = file.text.slice(only?.start, value.at(-1)?.end).replace(/\s+/g, ' ');
  return { activitiesText: text };
}

/** The task queue of a file whose options are put together elsewhere in it. */
function onlyTaskQueue(file: SourceFile): readonly Token[] | undefined {
  const values = file.tokens.flatMap((token, index) => {
    if (token.raw !== 'taskQueue' || !isMark(file.tokens[index + 1], ':')) return [];
    const open = enclosing(file.tokens, index);
    const value = open === undefined ? undefined : fieldsOf(file.tokens, open).get('taskQueue');
    return value === undefined ? [] : [value];
  });
  const texts = new Set(values.map((value) => textOf(value, file)));
  return texts.size === 1 ? values[0] : undefined;
}

/** An expression that says the same in the configuration: a text, or a variable of the environment with a text behind it. */
function textOf(value: readonly Token[] | undefined, file: SourceFile, hops = 3): string | undefined {
  if (value === undefined || value.length === 0) return undefined;
  const [only] = value;
  if (value.length === 1 && only?.kind === 'text') return quoted(only.value);
  const code = value.map(({ raw }) => raw).join('');
  if (/^process\.env(?:\.\w+|\[["']\w+["']\])(?:(?:\?\?|\|\|)(?:'[^']*'|"[^"]*"))?$/.test(code))
    return code.replace(/(\?\?|\|\|)/, ' $1 ');
  if (value.length !== 1 || only?.kind !== 'name' || hops === 0) return undefined;
  const { tokens, from } = declared(only.raw, file);
  return textOf(tokens, from, hops - 1);
}

/** A constant, here or where it is imported from. */
function declared(name: string, file: SourceFile): { tokens: readonly Token[] | undefined; from: SourceFile } {
  const own = file.constant(name);
  if (own) return { tokens: own, from: file };
  const imported = file.import(name);
  const path = imported && file.resolve(imported.specifier);
  if (!imported || path === undefined || !/\.[cm]?[jt]sx?$/.test(path)) return { tokens: undefined, from: file };
  const from = new SourceFile(path);
  return { tokens: from.constant(imported.name), from };
}

/** Names that are parts of a path's spelling; any other could be anything. */
const known =
  /^(?:__dirname|__filename|require|import|meta|url|dirname|pathname|href|fileURLToPath|new|URL|path|join|resolve|process|cwd)$/;

/** The file that a `workflowsPath` leads to, in the spellings that are about. */
function pathOf(given: readonly Token[], file: SourceFile, cwd: string, hops = 3): string | undefined {
  const value = given.map(withoutEnding);
  const [first] = value;
  if (value.length > 1 && hops > 0) {
    const meant = value.flatMap((token) =>
      token.kind === 'name' && !known.test(token.raw) ? (file.constant(token.raw) ?? [token]) : [token],
    );
    if (meant.length !== value.length) return pathOf(meant, file, cwd, hops - 1);
  }
  if (value.length === 1 && first?.kind === 'name' && hops > 0) {
    const { tokens, from } = declared(first.raw, file);
    return tokens && pathOf(tokens, from, cwd, hops - 1);
  }
  const code = value.map(({ raw }) => raw).join('');
  const folder = dirname(file.path);
  const texts = value.filter(({ kind }) => kind === 'text').map((token) => token.value);
  const [text] = texts;
  if (/\b(?:require|import\.meta)\.resolve\(/.test(code)) return text === undefined ? undefined : file.resolve(text);
  const template = value.find(({ kind }) => kind === 'template');
  const hole = template && /^\$\{\s*(?:__dirname|import\.meta\.dirname)\s*\}(.*)$/s.exec(template.value);
  if (hole?.[1] !== undefined && !hole[1].includes('${')) return moduleFile(join(folder, hole[1]));
  if (template !== undefined || text === undefined) return undefined;
  const names = value.filter(({ kind }) => kind === 'name').map(({ raw }) => raw);
  const here = /__dirname|import\.meta|__filename/.test(code);
  if (names.some((name) => !known.test(name))) return undefined;
  const joined = /\b(?:join|resolve)\(|\+/.test(code) ? join(...texts.map((part) => part || '.')) : text;
  return moduleFile(resolve(here ? folder : cwd, here ? `./${joined}` : joined));
}

/** `./workflows${path.extname(import.meta.url)}` is `./workflows`, compiled or not. */
function withoutEnding(token: Token): Token {
  const [, text] =
    token.kind === 'template' ? (/^([^$]*)\$\{\s*(?:path\.)?extname\([^{}]*\)\s*\}$/.exec(token.value) ?? []) : [];
  return text === undefined ? token : { ...token, kind: 'text', raw: `'${text}'`, value: text };
}

/** A path as an import writes it, relative to a folder. */
export function relativeModule(folder: string, path: string): string {
  const shown = relative(folder, path).replaceAll('\\', '/');
  return shown.startsWith('.') ? shown : `./${shown}`;
}

export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;

/** Names of the functions that a module exports, as far as reading tells; `complete` says whether that is all. */
export function exportedNames(path: string, seen = new Set<string>()): { names: string[]; complete: boolean } {
  if (seen.has(path)) return { names: [], complete: true };
  seen.add(path);
  const file = new SourceFile(path);
  const { tokens } = file;
  const names: string[] = [];
  let complete = true;
  tokens.forEach((token, index) => {
    if (token.kind !== 'name' || token.raw !== 'export' || tokens[index - 1]?.raw === '.') return;
    const after = tokens.slice(index + 1, index + 5).map(({ raw }) => raw);
    const [first, second, third, fourth] = after;
    if (first === 'async' && second === 'function' && third !== undefined) names.push(third);
    else if (first === 'function' && second !== undefined && second !== '*') names.push(second);
    else if (first === 'const' && second !== undefined && isWorkflowConstant(file, second)) names.push(second);
    else if (first === '{') names.push(...listed(tokens, index + 1));
    else if (first === '*' && second === 'from' && third !== undefined) {
      const target = file.resolve(tokens[index + 3]?.value ?? '');
      const inner = target === undefined || /node_modules/.test(target) ? undefined : exportedNames(target, seen);
      names.push(...(inner?.names ?? []));
      complete &&= inner?.complete ?? false;
    } else if (first === '*' || (first === 'default' && fourth !== undefined)) complete = false;
  });
  return { names: [...new Set(names)], complete };
}

/** A constant that is a function, or made by `longRunning`; signals, queries and numbers are none. */
function isWorkflowConstant(file: SourceFile, name: string): boolean {
  const code = (file.constant(name) ?? []).map(({ raw }) => raw).join(' ');
  return /^(?:async )?(?:function|\(|\w+ =>)|^longRunning\b/.test(code);
}

function listed(tokens: readonly Token[], open: number): string[] {
  const inside = tokens
    .slice(open + 1, closingOf(tokens, open))
    .map(({ raw }) => raw)
    .join(' ');
  return inside
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('type '))
    .flatMap((part) => / as (\w+)$/.exec(part)?.[1] ?? /^\w+$/.exec(part)?.[0] ?? []);
}
