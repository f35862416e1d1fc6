/** Ends sessions on a Postgres server, as an administrator, a proxy's limit or a failover does. */
import pg from "pg";

/** Name of the sessions to end, so that no other sessions are ended. */
const NAME = "victim";

export class SessionKiller {
  /** Number of sessions that were ended. */
  ended = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly target: URL,
  ) {}

  /** @param target URL of a database, with the superuser of its server */
  static async open(target: string): Promise<SessionKiller> {
    const client = new pg.Client({ connectionString: target });
    await client.connect();
    return new SessionKiller(client, new URL(target));
  }

  /** URL of the database for sessions that are ended. */
  get url(): string {
    const url = new URL(this.target);
    url.searchParams.set("application_name", NAME);
    return url.href;
  }

  /** Ends every current session, even one in the middle of a statement. */
  async endAll(): Promise<void> {
    const { rowCount } = await this.client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = $1 AND datname = current_database()`,
      [NAME],
    );
    this.ended += rowCount ?? 0;
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
