import pg from "pg";
import type { Database } from "./database";
import { isConflict, isEndedSession } from "./errors";
import type { ProgramName } from "./program";

/** Options of a connection to a Postgres server. */
export interface PostgresOptions {
  /** URL of the database, as `postgres://user:password@host:5432/name`. */
  url: string;
  /** Connections at once. Default: 5. */
  connections?: number;
  /** Time limit of a statement on the server, in milliseconds. Default: 30,000. */
  statementTimeoutMs?: number;
  /** Time after which an idle connection is closed, in milliseconds; 0 for never. Default: 10,000. */
  idleTimeoutMs?: number;
  /** Listener for a lost idle connection; the next statement opens another. Default: ignored. */
  onError?: (error: Error) => void;
}

const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 10_000;
/** Margin above the server's limit, in milliseconds; after it, the server counts as gone. */
const SILENCE_MS = 5_000;
/** Most attempts of a transaction that the server rolled back. */
const TRIES = 5;

/**
 * Opens a pool on a Postgres server. It repeats only what the server certainly did not carry out: a transaction that the server
 * rolled back because of another one, or whose session ended before the commit was sent. The caller gets every other failure.
 */
export function openPostgres(options: PostgresOptions, program: ProgramName): Database {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  const pool = new pg.Pool({
    Client: GuardedClient,
    connectionString: options.url,
    application_name: `milepost-${program}`,
    max: options.connections ?? 5,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: options.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_MS,
    keepAlive: true,
  });
  // Without a listener, a restart of the server would end the process.
  pool.on("error", (error) => options.onError?.(error));
  return new Postgres(pool);
}

/**
 * Client with an "error" listener for its whole life. The pool removes its own listener while a client is in use, and has none
 * while it connects: a session that the server ends then would end the process. Instead, the current or the next
 * statement fails.
 */
class GuardedClient extends pg.Client {
  /** Error that ended the connection; null while it is open. */
  lost: Error | null = null;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on("error", (error) => (this.lost ??= error));
  }
}

class Postgres implements Database {
  constructor(private readonly pool: pg.Pool) {}

  query<Row>(text: string, values?: unknown[]): Promise<Row[]> {
    return tried(() =>
      this.withClient(async (client) => (await client.query(text, values)).rows as Row[]),
    );
  }

  /** Sends a script once: a part with its own transaction may have been carried out. */
  script<Row>(text: string): Promise<Row[]> {
    return this.withClient(async (client) => lastRows<Row>(await client.query(text)));
  }

  transaction<T>(work: (database: Database) => Promise<T>): Promise<T> {
    return tried(async () => {
      const end = await this.withClient((client) => transactionOn(client, work));
      if ("error" in end) throw end.error;
      return end.result;
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** Runs a script. After a failure it drops the connection, because a script may leave its transaction open. */
  private async withClient<T>(work: (client: GuardedClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let broken = true;
    try {
      const result = await work(client);
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }

  private async connect(): Promise<GuardedClient & pg.PoolClient> {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        return (await this.pool.connect()) as GuardedClient & pg.PoolClient;
      } catch (error) {
        if (left === 0 || !isEndedSession(error)) throw error;
      }
    }
  }
}

/** Returns the error of a transaction that was rolled back. Rejects when the connection is unusable. */
async function transactionOn<T>(
  client: GuardedClient,
  work: (database: Database) => Promise<T>,
): Promise<{ result: T } | { error: unknown }> {
  let mayBeCommitted = false;
  try {
    await client.query("BEGIN");
    const result = await work(new Transaction(client));
    mayBeCommitted = client.lost === null;
    await client.query("COMMIT");
    return { result };
  } catch (error) {
    const isUsable = await client.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    if (isUsable) return { error };
    const reasons = [error, client.lost];
    if (!mayBeCommitted && reasons.some(isEndedSession)) throw new RolledBackError(error);
    throw error;
  }
}

class Transaction implements Database {
  constructor(
    private readonly client: pg.ClientBase,
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
    throw new Error("a transaction closes when its work ends");
  }
}

async function tried<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const isRolledBack = error instanceof RolledBackError;
      const reason: unknown = isRolledBack ? error.cause : error;
      if (left === 0 || !(isRolledBack || isConflict(error))) throw reason;
    }
  }
}

/** The session ended before the commit was sent. This error never leaves this file. */
class RolledBackError extends Error {
  constructor(override readonly cause: unknown) {
    super("the session ended before the commit");
  }
}

/** Returns the rows of the last statement; `pg` answers several statements with a list of results. */
function lastRows<Row>(answer: pg.QueryResult | pg.QueryResult[]): Row[] {
  const last = Array.isArray(answer) ? answer[answer.length - 1] : answer;
  return (last?.rows ?? []) as Row[];
}
