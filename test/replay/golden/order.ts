import * as wf from '@temporalio/workflow';
import { operation, service } from 'nexus-rpc';

export interface Order {
  id: string;
  run: number;
}

type Activities = Record<
  'priceOf' | 'reserveStock' | 'checkFraud' | 'chargeCard' | 'packParcel' | 'printLabel' | 'refund' | 'askFraudDesk',
  (id: string, amount?: number) => Promise<string>
>;

export const deskService = service('desk', {
  assess: operation<string, string>(),
  survey: operation<string, string>(),
});

const acts = wf.proxyActivities<Activities>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 3 } });
const desk = wf.createNexusServiceClient({ endpoint: 'golden-desk', service: deskService });
const local = wf.proxyLocalActivities<Activities>({ startToCloseTimeout: '10 seconds' });

export const approve = wf.defineSignal<[string]>('approve');
export const rename = wf.defineUpdate<string, [string]>('rename');
export const state = wf.defineQuery<string>('state');

/** Uses every kind of command. The histories beside it are its own; the edits of it are in edits.ts. */
export async function order({ id, run }: Order): Promise<string> {
  const approvals: string[] = [];
  let name = id;
  wf.setHandler(approve, (by) => {
    approvals.push(by);
  });
  wf.setHandler(
    rename,
    async (wanted) => {
      await wf.sleep(30);
      name = wanted;
      return `renamed to ${name}`;
    },
    { validator: refuseEmpty },
  );
  wf.setHandler(state, () => name);
  wf.upsertSearchAttributes({ CustomKeywordField: [id] });
  const price = await local.priceOf(id);
  await acts.reserveStock(id, 2);
  if (wf.patched('fraud')) {
    await acts.checkFraud(id);
  }
  wf.upsertMemo({ step: 'reserved' });
  await acts.chargeCard(price);
  await wf.sleep(50);
  await wf.executeChild(receipt, { workflowId: `${wf.workflowInfo().workflowId}-receipt`, args: [price] });
  await wf.getExternalWorkflowHandle('ledger').signal('entry', id);
  await wf.getExternalWorkflowHandle('auditor').cancel();
  await desk.executeOperation('assess', id, { scheduleToCloseTimeout: '1 minute' });
  const surveys = new wf.CancellationScope();
  const survey = await surveys.run(() => desk.startOperation('survey', id));
  surveys.cancel();
  await survey.result().catch(() => undefined);
  const scope = new wf.CancellationScope();
  const labelled = scope.run(() => acts.printLabel(id));
  await acts.packParcel(id);
  scope.cancel();
  await labelled.catch(() => undefined);
  await Promise.race([acts.packParcel(id), wf.sleep('1 hour')]);
  try {
    await wf.condition(() => approvals.length > 0, '1 day');
  } catch (error) {
    await wf.CancellationScope.nonCancellable(() => acts.refund(id));
    throw error;
  }
  if (run < 2) {
    await wf.continueAsNew<typeof order>({ id, run: run + 1 });
  }
  return `${name} for ${price}`;
}

function refuseEmpty(wanted: string): void {
  if (wanted === '') throw new Error('no name');
}

export async function receipt(price: string): Promise<string> {
  await wf.sleep(1);
  return `receipt for ${price}`;
}

/** Goes on when it is cancelled. */
export async function auditor(): Promise<void> {
  await wf.CancellationScope.nonCancellable(() => wf.condition(() => false));
}

/** What the operation `survey` stands for. */
export async function survey(id: string): Promise<string> {
  await wf.sleep('1 hour');
  return id;
}

export async function ledger(): Promise<void> {
  let entries = 0;
  wf.setHandler(wf.defineSignal<[string]>('entry'), () => void (entries += 1));
  await wf.condition(() => entries < 0);
}
