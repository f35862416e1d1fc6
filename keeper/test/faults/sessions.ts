/** Ends sessions on a Postgres server, as an administrator, a proxy's limit or a failover does. */
import pg from "pg";

/** The name that the sessions go by, so that nobody else's are ended. */
const NAME = "victim";

export class SessionKiller {
  /** How many sessions were ended. */
  ended = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly target: URL,
  ) {}

  /** @param target a database's URL, whose server's superuser it names. */
  static async open(target: string): Promise<SessionKiller> {
    const client = new pg.Client({ connectionString: target });
    await client.connect();
    return new SessionKiller(client, new URL(target));
  }

  /** The database's URL for those whose sessions are ended. */
  get url(): string {
    const url = new URL(this.target);
    url.searchParams.set("application_name", NAME);
    return url.href;
  }

  /** Ends every session there is now, whatever it is doing. */
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
