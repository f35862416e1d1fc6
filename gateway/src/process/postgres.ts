/** Opens the operator's Postgres with the gateway's tables. */
import { type Database, isConnectionLoss, migrate, openDatabase } from "@milepost/database";
import type { Logger } from "../observe/log";
import { GATEWAY_SCHEMA, PROGRAM } from "../store/migrations";

/** Options of `openPostgres`. */
export interface StoreOptions {
  /** URL of the database. */
  url: string;
  /** Connections at once. */
  connections: number;
  log: Logger;
}

/** A server that was not reached, or refused. Holds no password. */
export class NoDatabaseError extends Error {
  override readonly name = "NoDatabaseError";
}

/**
 * Opens the database and brings its tables up to date; of several processes, one does.
 * Throws `NoDatabaseError`, `SchemaVersionError`.
 */
export async function openPostgres({ url, connections, log }: StoreOptions): Promise<Database> {
  const onError = (err: Error) => log.warn({ err }, "lost a connection to the database");
  const database = await openDatabase({ url, connections, onError }, PROGRAM);
  try {
    await migrate(database, GATEWAY_SCHEMA);
    return database;
  } catch (error) {
    await database.close().catch(() => undefined);
    throw isOfServer(error) ? new NoDatabaseError(reasonOf(error), { cause: error }) : error;
  }
}

/** Returns true when the server was not reached, or refused: its codes have five characters, of class 08, 28, 3D or 57. */
function isOfServer(error: unknown): error is Error {
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isRefusal = /^(08|28|3D|57)[0-9A-Z]{3}$/.test(code ?? "");
  return error instanceof Error && (syscall !== undefined || isRefusal || isConnectionLoss(error));
}

/** Codes of the system say more than their messages; codes of Postgres say less. */
const reasonOf = ({ message, code }: NodeJS.ErrnoException): string =>
  /^E[A-Z]+$/.test(code ?? "") ? code! : message.split("\n")[0]!;
