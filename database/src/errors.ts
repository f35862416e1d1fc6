/** Errors of the database itself, as opposed to a statement. */
import type { DatabaseProgram, ProgramName } from "./program";

/** The program cannot work with this database until the user changes something; a restart does not help. */
export abstract class DatabaseUnusableError extends Error {}

/** The schema is newer than this code, which must not touch it. */
export class SchemaVersionError extends DatabaseUnusableError {
  /** Name of the class, as logs show it. */
  override readonly name = "SchemaVersionError";

  constructor(
    /** Newest version of the schema in the database, as `major.minor`. */
    readonly found: string,
    /** Newest version of the schema that this program knows, as `major.minor`. */
    readonly known: string,
    /** Program that found the schema. */
    program: ProgramName,
  ) {
    super(
      `the ${program}'s database has schema ${found}, this ${program} knows ${known}: run a ${program} of version ` +
        `${found.split(".")[0]}, or give this one its own database`,
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

/** The embedded database's directory cannot be created, written or locked. */
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
    const code = String((cause as { code?: string }).code ?? "");
    const reason = why ?? WHY[code] ?? (cause as Error).message;
    const fix = ["ENOSPC", "EDQUOT"].includes(code) ? MAKE_ROOM : GIVE_ANOTHER;
    const shown = code === "" ? "" : ` (${code})`;
    super(`${directory} cannot be the embedded database's directory: ${reason}${shown}. ${fix}`, {
      cause,
    });
    this.code = code;
  }
}

/** Advises to move the files, not the directory, which may be a container's volume. */
function moveAway(directory: string, { name, withoutFiles }: DatabaseProgram): string {
  const files = `${directory}/postgres`;
  return `Move its files away: mv '${files}' '${files}.damaged'. Then start the ${name} again. ${withoutFiles}`;
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
    /** Program that opened the database. */
    program: DatabaseProgram,
  ) {
    const reason = found instanceof Error ? reasonOf(found) : String(found);
    super(
      `the embedded database in ${directory} is damaged or incomplete (${reason}). ${moveAway(directory, program)}`,
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
    /** Version of PostgreSQL that this program has, in the same form. */
    readonly known: string,
    /** Program that opened the database. */
    program: DatabaseProgram,
  ) {
    super(
      `the embedded database in ${directory} is of PostgreSQL ${found}, and this ${program.name} has PostgreSQL ${known}. ` +
        `Start the version of the ${program.name} that made it, or start with an empty one. ${moveAway(directory, program)}`,
    );
  }
}

/** Returns the reason in plain words; PGlite's own text about files that it cannot open does not help. */
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
    /** Program that opened the database. */
    program: ProgramName,
  ) {
    super(
      `the embedded database in ${directory} is open in another ${program}: stop that one, or share a Postgres between several`,
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

/** Messages of errors for which `pg` has no code. */
const LOST_MESSAGE =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error/i;

/**
 * Returns true when the statement may succeed on another connection or a moment later: Postgres is restarting, unreachable or
 * full of clients, or the connection broke. A statement that was running may have been carried out.
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
 * Returns true when the server rolled a transaction back because of another one: a deadlock, or a serialization failure.
 * Nothing of it was carried out, and a repetition may succeed.
 */
export function isConflict(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "40001" || code === "40P01";
}

/** Returns true when the server ended only this session, as an administrator or a failover does. */
export function isEndedSession(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "57P01";
}

/** Returns true when the operating system refused a call on a file or a connection. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return typeof code === "string" && typeof syscall === "string";
}

/**
 * Returns true when an embedded database's answer means that its files are damaged: data or an index corrupted, a file
 * missing, or Postgres stopped within this process.
 */
export function isDamage(error: unknown): boolean {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  if (typeof code === "string" && /^(XX00[12]|58P01|58030)$/.test(code)) return true;
  if (name === "RuntimeError") return true;
  return typeof message === "string" && /^Aborted\(|PGlite failed to initialize/.test(message);
}
