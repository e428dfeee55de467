import { Pool } from 'pg';
import type { Kind } from './kinds';

/** What the database says of one kind of queue. */
export interface Effects {
  attempts: number;
  applied: number;
  /** Items of a key that were applied before one that was sent earlier. */
  reordered: number;
  /** Runs that had an effect. */
  runs: number;
}

const tables = `
  create table attempts (
    n bigserial, kind text not null, id text not null, key int not null, seq int not null,
    attempt int not null, run text not null, worker int not null, at timestamptz not null default clock_timestamp()
  );
  create table effects (
    n bigserial, kind text not null, id text not null, key int not null, seq int not null,
    at timestamptz not null default clock_timestamp(), primary key (kind, id)
  )`;

/** The effects of a drill: an append-only table of attempts, and beside it one in which an id is unique. */
export class EffectsDatabase {
  private constructor(private readonly pool: Pool) {}

  static async create(connectionString: string): Promise<EffectsDatabase> {
    const pool = new Pool({ connectionString, max: 3 });
    // An idle connection is told when the database stops.
    pool.on('error', () => undefined);
    await pool.query(tables);
    return new EffectsDatabase(pool);
  }

  async applied(kind: Kind): Promise<number> {
    return await this.number('select count(*) as value from effects where kind = $1', kind);
  }

  async effectsOf(kind: Kind): Promise<Effects> {
    return {
      attempts: await this.number('select count(*) as value from attempts where kind = $1', kind),
      applied: await this.applied(kind),
      reordered: await this.number(
        `select count(*) as value from (
           select seq, max(seq) over (partition by key order by n rows between unbounded preceding and 1 preceding) as before
           from effects where kind = $1) as ordered
         where seq < before`,
        kind,
      ),
      runs: await this.number('select count(distinct run) as value from attempts where kind = $1', kind),
    };
  }

  /** Which of `ids` have no effect. */
  async missing(kind: Kind, ids: readonly string[]): Promise<string[]> {
    const { rows } = await this.pool.query<{ id: string }>('select id from effects where kind = $1', [kind]);
    const there = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !there.has(id));
  }

  close = (): Promise<void> => this.pool.end();

  private async number(query: string, kind: Kind): Promise<number> {
    const { rows } = await this.pool.query<{ value: string }>(query, [kind]);
    return Number(rows[0]?.value ?? 0);
  }
}
