import {
  condition,
  defineSignal,
  executeChild,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  sleep,
  startChild,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';

export interface Guest {
  name: string;
  email: string;
  room: string;
  nights: string;
  tags: string[];
  rates: Record<string, number>;
  raw: string;
}

interface Desk {
  note(...values: unknown[]): Promise<{ code: string; total: number }>;
  alarm(): Promise<void>;
}

const { note, alarm } = proxyActivities<Desk>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } });
const hears = defineSignal<[string]>('hears');

// Each makes something else of what it is given, and does nothing else by it than what its arguments say.
export const concatenated = async (guest: Guest): Promise<string> =>
  `${(await note(`${guest.name} in ${guest.room}`)).code}!`;
export const sliced = (guest: Guest) => note(guest.name.slice(0, 3), guest.email.slice(-7));
export const lowercased = (guest: Guest) => note(guest.name.toLowerCase(), guest.room.toUpperCase());
export const parsed = (guest: Guest) => note(Number(guest.nights) * 2, parseInt(guest.nights, 10) + 1);
export const unpacked = (guest: Guest) => note((JSON.parse(guest.raw) as { city: string }).city);
export const sorted = (guest: Guest) => note([...guest.tags].sort(), guest.tags.join());
export const mapped = (guest: Guest) =>
  note([...new Map(guest.tags.map((tag) => [tag, tag.length])).entries()], Object.keys(guest.rates));
export const counted = (guest: Guest) => note(guest.name.length, guest.tags.length, guest.email.indexOf('@'));
export const priced = async (guest: Guest) => {
  const sum = Object.values(guest.rates).reduce((a, b) => a + b, 0);
  const { total } = await note(sum, sum > 100, Math.round(sum / 3));
  upsertMemo({ total: total * 2, guest: guest.name.toUpperCase() });
};

// Each takes another way for another value.
export async function matched(guest: Guest): Promise<void> {
  if (/^[A-Z]\w+ [A-Z]/.test(guest.name)) await note('full name');
  else await alarm();
}
export async function included(guest: Guest): Promise<void> {
  if (guest.email.includes('@palace')) await note('house guest');
  await (guest.email.endsWith('.example') ? note('example') : alarm());
}
export async function measured(guest: Guest): Promise<void> {
  if (guest.name.length > 12) await note('long');
  else await alarm();
}
export async function eachTag(guest: Guest): Promise<void> {
  for (const tag of [...guest.tags].sort()) {
    if (tag.startsWith('vip')) await sleep(1);
    else await note(tag);
  }
}
export async function eachRate(guest: Guest): Promise<void> {
  for (const [day, rate] of Object.entries(guest.rates)) if (rate > 50) await note(day);
}
export async function nightly(guest: Guest): Promise<void> {
  for (let night = 0; night < Number(guest.nights); night += 1) await sleep(1);
}
export async function firstOfTags(guest: Guest): Promise<void> {
  const first = [...guest.tags].sort((a, b) => a.localeCompare(b))[0];
  await (first === guest.tags[1] ? note(first) : alarm());
}

// Ids and names made of values.
export async function family(guest: Guest): Promise<void> {
  const id = `${guest.name.toLowerCase().replace(/ /g, '-')}/${workflowInfo().workflowId}`;
  await executeChild(listener, { workflowId: id, args: [false] });
}
export async function caller(guest: Guest): Promise<void> {
  const id = `${guest.email.split('@')[0] ?? ''}.${workflowInfo().workflowId}`;
  const child = await startChild(listener, { workflowId: id, args: [true] });
  await getExternalWorkflowHandle(id).signal(hears, guest.room.padStart(6, '0'));
  await child.result();
}
export async function visitor(guest: Guest): Promise<void> {
  const handle = getExternalWorkflowHandle(guest.room.toUpperCase());
  await handle.signal(hears, guest.name.toUpperCase()).catch(() => undefined);
  await handle.cancel().catch(() => undefined);
}
export async function listener(waits: boolean): Promise<string> {
  let heard = '';
  setHandler(hears, (what) => void (heard = what));
  if (waits) await condition(() => heard !== '');
  return `${heard}, heard`;
}
