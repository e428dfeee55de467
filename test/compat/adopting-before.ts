import { condition, continueAsNew, defineSignal, setHandler } from '@temporalio/workflow';
import { activities, add } from './parts';
import type { Item } from './parts';

export const turn = defineSignal('turn');

/** What was deployed as `adopted` before the one in adopting.ts. Its commands are recorded too: leave it as it is. */
export async function adopted(name: string, waiting: Item[] = [], seen: string[] = []): Promise<string[]> {
  const asked = { turn: false };
  setHandler(turn, () => {
    asked.turn = true;
  });
  setHandler(add, (item) => {
    if (seen.includes(item.id)) return;
    seen.push(item.id);
    waiting.push(item);
  });
  for (;;) {
    await condition(() => asked.turn || waiting.length > 0);
    if (asked.turn) return await continueAsNew<typeof adopted>(name, waiting, seen);
    const item = waiting.shift();
    if (!item) continue;
    await activities.quick(item.id);
    if (item.last) return seen;
  }
}
