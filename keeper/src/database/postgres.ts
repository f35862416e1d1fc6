import pg from "pg";
import type { Database } from "../types";
import { isConflict } from "./errors";

export interface PostgresOptions {
  url: string;
  /** Connections at once. Default: 5. */
  connections?: number;
  /** After this long the server gives a statement up. Default: 30,000. */
  statementTimeoutMs?: number;
  /** A lost idle connection; the next statement opens another. Default: ignored. */
  onError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** Beyond the server's own limit: then the server is gone without a word. */
const SILENCE_MS = 5_000;
/** Of a transaction that was rolled back for another's sake; who is last in a circle gets its locks the next time. */
const TRIES = 5;

/**
 * A pool on a Postgres server. Only what was certainly not carried out is tried again, after a deadlock or a serialization
 * failure: whatever else fails, fails in the caller's hands.
 */
export function openPostgres(options: PostgresOptions): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: "milepost-keeper",
    max: options.connections ?? 5,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
  });
  // Without a listener, a restart of the server would end the process.
  pool.on("error", (error) => options.onError?.(error));
  return new Postgres(pool);
}

class Postgres implements Database {
  constructor(private readonly pool: pg.Pool) {}

  query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return tried(async () => (await this.pool.query(text, values)).rows as Row[]);
  }

  /** Tried once: a part of it that has its own transaction may have been carried out. */
  async script<Row>(text: string): Promise<Row[]> {
    const client = await this.pool.connect();
    // A connection that breaks fails the statement; without a listener it would end the process.
    client.on("error", ignore);
    let broken = true;
    try {
      const rows = lastRows<Row>(await client.query(text));
      broken = false;
      return rows;
    } finally {
      client.off("error", ignore);
      // A script that begins a transaction and fails leaves it open.
      client.release(broken);
    }
  }

  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return tried(() => this.transactionOnce(work));
  }

  private async transactionOnce<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    // As above; here the next statement fails.
    client.on("error", ignore);
    let broken = true;
    try {
      await client.query("BEGIN");
      try {
        const result = await work(new Transaction(client));
        await client.query("COMMIT");
        broken = false;
        return result;
      } catch (error) {
        broken = await client.query("ROLLBACK").then(
          () => false,
          () => true,
        );
        throw error;
      }
    } finally {
      client.off("error", ignore);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

class Transaction implements Database {
  constructor(
    private readonly client: pg.PoolClient,
    private readonly depth = 1,
  ) {}

  async query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return (await this.client.query(text, values)).rows as Row[];
  }

  async script<Row>(text: string): Promise<Row[]> {
    return lastRows<Row>(await this.client.query(text));
  }

  async transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const savepoint = `nested_${this.depth}`;
    await this.client.query(`SAVEPOINT ${savepoint}`);
    try {
      const result = await work(new Transaction(this.client, this.depth + 1));
      await this.client.query(`RELEASE SAVEPOINT ${savepoint}`);
      return result;
    } catch (error) {
      await this.client.query(`ROLLBACK TO SAVEPOINT ${savepoint}`);
      throw error;
    }
  }

  close(): Promise<void> {
    throw new Error("a transaction is closed by its work ending");
  }
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error;
    }
  }
}

/** `pg` answers several statements with a list of results. */
function lastRows<Row>(answer: pg.QueryResult | pg.QueryResult[]): Row[] {
  const last = Array.isArray(answer) ? answer[answer.length - 1] : answer;
  return (last?.rows ?? []) as Row[];
}

function ignore(): void {}
