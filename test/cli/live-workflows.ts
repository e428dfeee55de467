import { condition, defineQuery, patched, proxyActivities, setHandler } from '@temporalio/workflow';

const { reserveStock } = proxyActivities<{ reserveStock: (name: string) => Promise<string> }>({
  startToCloseTimeout: '1 minute',
});

export const reserved = defineQuery<boolean>('reserved');

export async function waiting(name: string): Promise<void> {
  let done = false;
  setHandler(reserved, () => done);
  if (patched('stock')) await reserveStock(name);
  done = true;
  await condition(() => false);
}
