import { lengthOfTime } from '../workflows/duration';
import { checkGiven, checkKnown, checkOneOf, shown } from '../workflows/options';
import { reviewAreas } from './catalog';
import type { CatalogEntry } from './catalog';
import type { LonghaulConfig } from './config';

const fields = [
  'workflowsPath',
  'activities',
  'taskQueue',
  'dataConverter',
  'interceptors',
  'plugins',
  'bundlerOptions',
  'enforce',
  'worker',
  'health',
  'codecServer',
  'histories',
  'drillTargets',
  'catalog',
] as const satisfies (keyof LonghaulConfig)[];

/** Fields of `worker` that have a place of their own. */
const elsewhere = [
  'workflowsPath',
  'activities',
  'taskQueue',
  'dataConverter',
  'interceptors',
  'plugins',
  'bundlerOptions',
];

/**
 * Holds a configuration to its shape.
 *
 * @param file How messages name it.
 * @throws TypeError with one sentence that names the file and the field.
 */
export function checkConfig(file: string, config: unknown): asserts config is LonghaulConfig {
  checkGiven(file, '', config, fields);
  const given = config as Record<(typeof fields)[number], unknown>;
  const { workflowsPath, activities, taskQueue, dataConverter, plugins, worker, health, codecServer } = given;
  checkText(`${file}: workflowsPath`, workflowsPath, "a path such as './src/workflows.ts'");
  checkText(`${file}: taskQueue`, taskQueue, 'the name of a task queue');
  if (typeof activities !== 'function')
    checkObject(`${file}: activities`, activities, 'an object, or a function that returns one');
  const converter = ['payloadConverterPath', 'failureConverterPath', 'payloadCodecs', 'externalStorage'];
  checkKnown(file, 'dataConverter', dataConverter, converter);
  const codecs = (dataConverter as { payloadCodecs?: unknown } | undefined)?.payloadCodecs;
  if (codecs !== undefined && typeof codecs !== 'function') {
    checkList(`${file}: dataConverter.payloadCodecs`, codecs, 'a list of codecs, or a function that returns one');
  }
  checkObject(`${file}: interceptors`, given.interceptors, '{ workflowModules, activity, client }');
  checkKnown(file, 'interceptors', given.interceptors, [
    'client',
    'activity',
    'activityInbound',
    'nexus',
    'workflowModules',
  ]);
  if (plugins !== undefined) checkList(`${file}: plugins`, plugins, 'a list of plugins');
  checkObject(`${file}: bundlerOptions`, given.bundlerOptions, 'an object as in WorkerOptions');
  checkWorker(file, worker);
  checkKnown(file, 'health', health, ['port', 'host']);
  if (health !== undefined)
    checkWhole(`${file}: health.port`, (health as { port?: unknown }).port, 'a port', 0, 65_535);
  checkCodecServer(file, codecServer);
  for (const [index, folder] of listOf(given.histories).entries()) {
    checkText(`${file}: histories${Array.isArray(given.histories) ? `[${index}]` : ''}`, folder ?? null, 'a folder');
  }
  checkDrillTargets(file, given.drillTargets);
  checkObject(`${file}: catalog`, given.catalog, '{ workflowType: { expectedMaxDuration, team } }');
  for (const [type, entry] of Object.entries((given.catalog ?? {}) as Record<string, unknown>)) {
    checkEntry(file, `catalog.${type}`, entry);
  }
}

function checkWorker(file: string, worker: unknown): void {
  checkObject(`${file}: worker`, worker, 'an object as in WorkerOptions');
  const misplaced = elsewhere.find((name) => name in Object(worker));
  if (misplaced !== undefined)
    throw new TypeError(`${file}: worker.${misplaced} stands beside worker, not in it; use ${misplaced}`);
  if ('connection' in Object(worker)) {
    throw new TypeError(`${file}: worker.connection is no option; set TEMPORAL_ADDRESS or a profile of temporal.toml`);
  }
}

function checkCodecServer(file: string, server: unknown): void {
  if (server === undefined) return;
  const endpoint = typeof server === 'string' ? server : undefined;
  if (endpoint === undefined) checkKnown(file, 'codecServer', server, ['endpoint', 'headers']);
  const { endpoint: named, headers } = Object(server) as { endpoint?: unknown; headers?: unknown };
  const url = endpoint ?? named;
  if (typeof url !== 'string' || !/^https?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    const field = endpoint === undefined ? 'codecServer.endpoint' : 'codecServer';
    throw new TypeError(`${file}: ${field} is ${shown(url)}; use an address such as 'https://codec.example.com'`);
  }
  if (typeof headers !== 'function')
    checkObject(`${file}: codecServer.headers`, headers, 'an object of texts, or a function that returns one');
}

function checkDrillTargets(file: string, targets: unknown): void {
  if (targets === undefined) return;
  const use = "a list such as [{ address: 'localhost:7233', namespace: 'default' }]";
  checkList(`${file}: drillTargets`, targets, use);
  for (const [index, target] of (targets as unknown[]).entries()) {
    const path = `drillTargets[${index}]`;
    checkGiven(file, path, target, ['address', 'namespace']);
    const { address, namespace } = target as { address?: unknown; namespace?: unknown };
    checkText(`${file}: ${path}.address`, address ?? null, "the server's address, such as 'localhost:7233'");
    checkText(`${file}: ${path}.namespace`, namespace, 'a namespace');
  }
}

function checkEntry(file: string, path: string, entry: unknown): void {
  checkGiven(file, path, entry, ['expectedMaxDuration', 'team', 'longActivities', 'limits', 'waivers']);
  const { expectedMaxDuration, team, longActivities, limits, waivers } = entry as CatalogEntry;
  if (expectedMaxDuration !== undefined) {
    lengthOfTime(`${file}: ${path}.expectedMaxDuration`, expectedMaxDuration, { most: Number.MAX_VALUE });
  }
  checkText(`${file}: ${path}.team`, team, 'a name');
  if (longActivities !== undefined) {
    checkList(`${file}: ${path}.longActivities`, longActivities, "a list of activity names, such as ['scan']");
    longActivities.forEach((name: unknown, index) =>
      checkText(`${file}: ${path}.longActivities[${index}]`, name ?? null, "an activity's name"),
    );
  }
  checkLimits(file, `${path}.limits`, limits);
  if (waivers === undefined) return;
  checkList(`${file}: ${path}.waivers`, waivers, 'a list of { area, reason, owner, until }');
  waivers.forEach((waiver, index) => checkWaiver(file, `${path}.waivers[${index}]`, waiver));
}

function checkLimits(file: string, path: string, limits: CatalogEntry['limits']): void {
  const counts = [
    'historyEvents',
    'historyBytes',
    'signals',
    'pending',
    'activityAttempts',
    'workflowTaskAttempts',
  ] as const;
  const lengths = ['activitySilence', 'activityAge', 'backlogAge'] as const;
  checkKnown(file, path, limits, [...counts, ...lengths]);
  for (const name of counts) {
    const value = limits?.[name];
    if (value !== undefined) checkWhole(`${file}: ${path}.${name}`, value, 'a whole number', 1);
  }
  for (const name of lengths) {
    const value = limits?.[name];
    if (value !== undefined) lengthOfTime(`${file}: ${path}.${name}`, value);
  }
}

function checkWaiver(file: string, path: string, waiver: unknown): void {
  checkGiven(file, path, waiver, ['area', 'check', 'reason', 'owner', 'until']);
  const { area, check, reason, owner, until } = waiver as Record<string, unknown>;
  checkOneOf(`${file}: ${path}.area`, area, reviewAreas);
  checkText(`${file}: ${path}.check`, check, "the name of a check, such as 'span'");
  checkText(`${file}: ${path}.reason`, reason ?? null, 'a sentence that says why this is acceptable');
  checkText(`${file}: ${path}.owner`, owner ?? null, 'who answers for it');
  if (typeof until !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(until) || Number.isNaN(Date.parse(until))) {
    throw new TypeError(
      `${file}: ${path}.until is ${shown(until)}; use the last day on which it holds, such as '2027-03-31'`,
    );
  }
}

function checkText(what: string, value: unknown, use: string): void {
  if (value !== undefined && (typeof value !== 'string' || value === ''))
    throw new TypeError(`${what} is ${shown(value)}; use ${use}`);
}

function checkObject(what: string, value: unknown, use: string): void {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return;
  throw new TypeError(`${what} is ${shown(value)}; use ${use}`);
}

function checkList(what: string, value: unknown, use: string): void {
  if (!Array.isArray(value)) throw new TypeError(`${what} is ${shown(value)}; use ${use}`);
}

function checkWhole(what: string, value: unknown, use: string, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  throw new TypeError(
    `${what} is ${shown(value)}; use ${use} from ${least}${most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`}`,
  );
}

function listOf(value: unknown): unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
