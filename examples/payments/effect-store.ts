import type { EffectState, EffectStore } from 'longhaul/activities';

/** The part of `pg`'s `Pool` and `Client` that is used. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

interface Row {
  attempts: number;
  fence: string;
  done: boolean;
  result: unknown;
}

/** Remembers effects in a Postgres table. Each call is one statement, and so atomic. */
export class PostgresEffectStore implements EffectStore {
  constructor(private readonly database: Queryable) {}

  /** Makes the table where there is none. */
  async prepare(): Promise<void> {
    await this.database.query(
      `CREATE TABLE IF NOT EXISTS effects (
         key text PRIMARY KEY,
         fence bigint NOT NULL,
         attempts integer NOT NULL DEFAULT 1,
         done boolean NOT NULL DEFAULT false,
         result jsonb,
         begun_at timestamptz NOT NULL DEFAULT now())`,
    );
  }

  async begin(key: string, fence: number): Promise<EffectState> {
    const { rows } = await this.database.query(
      `INSERT INTO effects (key, fence) VALUES ($1, $2)
       ON CONFLICT (key) DO UPDATE
         SET fence = greatest(effects.fence, excluded.fence), attempts = effects.attempts + 1
       RETURNING attempts, fence, done, result`,
      [key, fence],
    );
    const [row] = rows as Row[];
    if (row?.done) return { state: 'done', result: row.result };
    if (Number(row?.fence) > fence) return { state: 'fenced' };
    return { state: row?.attempts === 1 ? 'new' : 'unknown' };
  }

  async complete(key: string, fence: number, result: unknown): Promise<boolean> {
    const { rowCount } = await this.database.query(
      'UPDATE effects SET done = true, result = $3 WHERE key = $1 AND fence = $2 AND NOT done',
      [key, fence, JSON.stringify(result ?? null)],
    );
    return rowCount === 1;
  }
}
