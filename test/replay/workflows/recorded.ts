import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  patched,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';

type Activities = Record<
  'reserveStock' | 'chargeCard' | 'packParcel' | 'shipParcel' | 'sendReceipt' | 'askFraudDesk',
  (order: string) => Promise<string>
>;

const { reserveStock, chargeCard, packParcel, shipParcel, sendReceipt } = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
});

export const approve = defineSignal('approve');

/** The workflow as it was when its history was recorded; the files beside this one are its later versions. */
export async function order(id: string): Promise<string> {
  let approved = false;
  setHandler(approve, () => void (approved = true));
  await reserveStock(id);
  await chargeCard(id);
  await sleep(200);
  await Promise.all([packParcel(id), shipParcel(id)]);
  await condition(() => approved, '1 hour');
  if (patched('receipts')) await sendReceipt(id);
  return `${id} shipped`;
}

/** Child ids come from the parent's own id, so a replay under another workflow id diverges. */
export async function family(names: string[]): Promise<void> {
  for (const name of names) {
    await executeChild(greet, { args: [name], workflowId: `${workflowInfo().workflowId}/${name}` });
  }
}

export async function greet(name: string): Promise<string> {
  await sleep(10);
  return `Hello ${name}`;
}

export async function ticker(runs: number): Promise<void> {
  await sleep(20);
  if (runs > 1) await continueAsNew<typeof ticker>(runs - 1);
}
