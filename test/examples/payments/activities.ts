import { Pool } from 'pg';
import { paymentActivities } from '../../../examples/payments/activities';
import { PostgresEffectStore } from '../../../examples/payments/effect-store';

/** The activities of a worker process, whose environment names the database and the provider. */
export default async function make() {
  const pool = new Pool({ connectionString: process.env.PAYMENTS_DATABASE });
  pool.on('error', () => undefined);
  const store = new PostgresEffectStore(pool);
  await store.prepare();
  const activities = paymentActivities(store, { url: process.env.PAYMENTS_PROVIDER ?? '' });
  return { activities, close: () => pool.end() };
}
