/** What can be wrong with the database itself, apart from a statement. */

/** A schema that this code must not touch. */
export class SchemaVersionError extends Error {
  override readonly name = "SchemaVersionError";

  constructor(
    readonly found: string,
    readonly known: string,
  ) {
    super(
      `the keeper's database has schema ${found}, this keeper knows ${known}: run a keeper of version ` +
        `${found.split(".")[0]}, or give this one a database of its own`,
    );
  }
}

/** The embedded database's directory is open in another process. */
export class DatabaseInUseError extends Error {
  override readonly name = "DatabaseInUseError";

  constructor(readonly directory: string) {
    super(
      `the embedded database in ${directory} is open in another keeper: stop that one, or let several share a Postgres`,
    );
  }
}

const LOST_SOCKET = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
];

/** `pg` has no code for these. */
const LOST_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error/i;

/**
 * Whether the statement may succeed on another connection or a moment later: Postgres is restarting, unreachable or full
 * of clients, or the connection broke. A statement that was under way may have been carried out.
 */
export function isConnectionLoss(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string") {
    // 08: connection exception; 57P01-03: shut down, crashed, starting up; 53300: too many connections.
    if (/^08...$|^57P0[123]$|^53300$/.test(code) || LOST_SOCKET.includes(code)) return true;
  }
  return typeof message === "string" && LOST_MESSAGE.test(message);
}

/**
 * Whether the server rolled a transaction back for another one's sake: a deadlock, or a serialization failure. Nothing of it
 * was carried out, and again it may succeed.
 */
export function isConflict(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "40001" || code === "40P01";
}

/** Whether the server ended this one session, as an administrator or a failover does, and may go on with others. */
export function isEndedSession(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "57P01";
}
