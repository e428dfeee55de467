import { effect, longActivity, retryAfter } from 'longhaul/activities';
import type { EffectStore } from 'longhaul/activities';
import type { Payment } from './workflows';

/** The other side: a payment provider that takes an idempotency key. */
export interface Provider {
  url: string;
}

/** The activities of a worker that has this store and this provider. */
export function paymentActivities(store: EffectStore, { url }: Provider) {
  return {
    charge: longActivity({ stallAfter: '1 minute' }, async ({ fence, signal, idempotencyKey }, payment: Payment) => {
      const key = await idempotencyKey('charge');
      return await effect({ store, key, fence }, async () => {
        const response = await fetch(`${url}/charges`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify(payment),
          signal,
        });
        if (!response.ok) throw retryAfter(response);
        const { receipt } = (await response.json()) as { receipt: string };
        return receipt;
      });
    }),
  };
}

export type PaymentActivities = ReturnType<typeof paymentActivities>;
