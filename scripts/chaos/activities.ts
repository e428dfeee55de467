import { activityInfo } from '@temporalio/activity';
import { crashPoint } from 'longhaul/testing';
import { Pool } from 'pg';
import type { Kind } from './kinds';
import type { Item } from './plan';

const pool = new Pool({ connectionString: process.env.LONGHAUL_CHAOS_DATABASE, max: 8 });
// A connection that ends with the database must not end the worker.
pool.on('error', (error) => console.error(error.message));

/** Notes the attempt where nothing is unique, then makes the effect where an id is. */
export async function apply(kind: Kind, { id, key, seq }: Item): Promise<void> {
  const { attempt, workflowExecution } = activityInfo();
  await pool.query(
    'insert into attempts (kind, id, key, seq, attempt, run, worker) values ($1, $2, $3, $4, $5, $6, $7)',
    [...[kind, id, key, seq, attempt, workflowExecution?.runId ?? '', process.pid]],
  );
  await pool.query('insert into effects (kind, id, key, seq) values ($1, $2, $3, $4) on conflict do nothing', [
    ...[kind, id, key, seq],
  ]);
  crashPoint('after-effect');
}
