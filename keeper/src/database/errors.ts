/** What can be wrong with the database itself, apart from a statement. */

/** The keeper cannot work with this database until somebody changes something: starting again is of no use. */
export abstract class DatabaseUnusableError extends Error {}

/** A schema that this code must not touch. */
export class SchemaVersionError extends DatabaseUnusableError {
  /** Name of the class, as logs show it. */
  override readonly name = "SchemaVersionError";

  constructor(
    /** Newest version of the schema in the database, as `major.minor`. */
    readonly found: string,
    /** Newest version of the schema that this keeper knows, as `major.minor`. */
    readonly known: string,
  ) {
    super(
      `the keeper's database has schema ${found}, this keeper knows ${known}: run a keeper of version ` +
        `${found.split(".")[0]}, or give this one a database of its own`,
    );
  }
}

const WHY: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "its file system is read-only",
  EEXIST: "a file is in its place",
  ENOTDIR: "a file is in its place or above it",
  ENOSPC: "its disk is full",
  EDQUOT: "this user's quota of its disk is used up",
  ENOLCK: "its file system has no locks",
  ENOTSUP: "its file system has no locks",
  EOPNOTSUPP: "its file system has no locks",
  ENOSYS: "its file system has no locks",
};

const MAKE_ROOM = "Make room there, or give another directory, or a Postgres.";
const GIVE_ANOTHER = "Give a directory on a local disk that this user can write, or a Postgres.";

/** The embedded database's directory can't be made, written or locked. */
export class DatabaseDirectoryError extends DatabaseUnusableError {
  /** Name of the class, as logs show it. */
  override readonly name = "DatabaseDirectoryError";
  /** Code of the operating system, such as `EACCES`; empty when it gave none. */
  readonly code: string;

  constructor(
    /** Directory that was given for the embedded database. */
    readonly directory: string,
    cause: unknown,
    why?: string,
  ) {
    const code = String((cause as { code?: unknown }).code ?? "");
    const reason = why ?? WHY[code] ?? (cause as Error).message;
    const fix = ["ENOSPC", "EDQUOT"].includes(code) ? MAKE_ROOM : GIVE_ANOTHER;
    const shown = code === "" ? "" : ` (${code})`;
    super(`${directory} cannot be the embedded database's directory: ${reason}${shown}. ${fix}`, {
      cause,
    });
    this.code = code;
  }
}

/** What is in the database and not on the chain. */
const LOST =
  "The keeper then reads every policy from the chain. No payment is lost, and the program pays no milestone twice. " +
  "Lost are the history that status sums up, delays and alerts, what the rent budget counted, and the list of the " +
  'keeper\'s lookup tables, whose rent you can reclaim by hand: see "A damaged database" in the README.';

/** Not the directory itself, which may be a container's volume. */
function moveAway(directory: string): string {
  const files = `${directory}/postgres`;
  return `Move its files away, as by: mv '${files}' '${files}.damaged'. Then start the keeper again. ${LOST}`;
}

/** The embedded database's files are damaged or incomplete. */
export class DatabaseDamagedError extends DatabaseUnusableError {
  /** Name of the class, as logs show it. */
  override readonly name = "DatabaseDamagedError";

  /** @param found what is wrong, or the error that Postgres met. */
  constructor(
    /** Directory that was given for the embedded database. */
    readonly directory: string,
    found: unknown,
  ) {
    const reason = found instanceof Error ? reasonOf(found) : String(found);
    super(
      `the embedded database in ${directory} is damaged or incomplete (${reason}). ${moveAway(directory)}`,
      { cause: found },
    );
  }
}

/** The embedded database's files are of another version of PostgreSQL. */
export class DatabaseVersionError extends DatabaseUnusableError {
  /** Name of the class, as logs show it. */
  override readonly name = "DatabaseVersionError";

  constructor(
    /** Directory that was given for the embedded database. */
    readonly directory: string,
    /** Version of PostgreSQL that made the files, as in their `PG_VERSION`. */
    readonly found: string,
    /** Version of PostgreSQL that this keeper has, in the same form. */
    readonly known: string,
  ) {
    super(
      `the embedded database in ${directory} is of PostgreSQL ${found}, and this keeper has PostgreSQL ${known}. ` +
        `Start the version of the keeper that made it, or begin anew. ${moveAway(directory)}`,
    );
  }
}

/** What PGlite says of files that it cannot open helps nobody. */
function reasonOf({ message }: Error): string {
  if (/^Aborted\(|PGlite failed/.test(message)) return "Postgres cannot open its files";
  const [line = ""] = message.split("\n");
  return line.slice(0, 200).replace(/\.$/, "");
}

/** The embedded database's directory is open in another process. */
export class DatabaseInUseError extends Error {
  /** Name of the class, as logs show it. */
  override readonly name = "DatabaseInUseError";

  constructor(
    /** Directory that was given for the embedded database. */
    readonly directory: string,
  ) {
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

/** Whether the operating system refused a call, on a file or a connection. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === "string" && typeof syscall === "string";
}

/**
 * Whether an embedded database's answer means that its files are damaged: data or an index corrupted, a file missing, or
 * that Postgres has stopped within this process.
 */
export function isDamage(error: unknown): boolean {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  if (typeof code === "string" && /^(XX00[12]|58P01|58030)$/.test(code)) return true;
  if (name === "RuntimeError") return true;
  return typeof message === "string" && /^Aborted\(|PGlite failed to initialize/.test(message);
}
