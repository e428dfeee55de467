import {
  condition,
  continueAsNew,
  defineSignal,
  executeChild,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';

export interface Customer {
  id: string;
  name: string;
  email: string;
  age: number;
  waitMs: number;
  since: string;
}

interface Shop {
  charge(customer: Customer): Promise<{ receipt: string; card: string; state: string }>;
  refuse(reason: string): Promise<void>;
}

const { charge, refuse } = proxyActivities<Shop>({ startToCloseTimeout: '1 minute', retry: { maximumAttempts: 1 } });
const { charge: chargeHere } = proxyLocalActivities<Shop>({ startToCloseTimeout: '1 minute' });

export const approve = defineSignal<[string]>('approve');

/** Compares a text, waits as long as a number says, and makes a child's id of a payload: all that redaction could break. */
export async function order(customer: Customer): Promise<string> {
  let approver: string | undefined;
  setHandler(approve, (name) => void (approver = name));
  upsertMemo({ customer: customer.name });
  const { state, receipt } = await charge(customer);
  await chargeHere(customer);
  if (state === 'charged') await sleep(customer.waitMs);
  await refuse(`card of ${customer.name} refused`).catch(() => undefined);
  await executeChild(receiptFor, { args: [customer.email], workflowId: `${customer.id}/receipt` });
  await condition(() => approver !== undefined);
  return `${workflowInfo().workflowId} ${receipt} by ${approver ?? ''}`;
}

export async function receiptFor(email: string): Promise<string> {
  await sleep(5);
  return `sent to ${email}`;
}

export async function ticker(runs: number): Promise<void> {
  await sleep(5);
  if (runs > 1) await continueAsNew<typeof ticker>(runs - 1);
}

/** Does something else with each text, so that no redaction can keep what it does. */
export async function spelled(word: string): Promise<void> {
  for (const letter of word) if (letter === 'e') await sleep(1);
}
