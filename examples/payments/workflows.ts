import { defineSignal, proxyActivities } from '@temporalio/workflow';
import { inbox, longRunning } from 'longhaul/workflows';
import type { PaymentActivities } from './activities';

export interface Payment {
  id: string;
  cents: number;
}

export const pay = defineSignal<[Payment]>('pay');

const { charge } = proxyActivities<PaymentActivities>({
  // One attempt: a hung provider is given up.
  startToCloseTimeout: '2 minutes',
  // All attempts, with the waits between them.
  scheduleToCloseTimeout: '1 day',
  // A crashed worker is noticed.
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '100 ms', maximumInterval: '1 minute' },
});

interface Paid {
  receipts: Record<string, string>;
}

/** Charges each payment once, `count` of them. */
export const payments = longRunning(
  'payments',
  {
    state: { version: 1, initial: (_count: number): Paid => ({ receipts: {} }) },
    inboxes: { payments: inbox(pay, { dedupe: { by: ({ id }: Payment) => id } }) },
  },
  async ({ state, inboxes, args: [count] }) => {
    await inboxes.payments.forEach(
      async (payment) => {
        state.receipts[payment.id] = await charge(payment);
      },
      { concurrency: 5, until: () => Object.keys(state.receipts).length === count },
    );
    return state.receipts;
  },
);
