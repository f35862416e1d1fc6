/** Databases for tests: embedded ones, throw-away servers and their faults. Not part of any published package. */
export { putDatabaseFiles } from "./database-files";
export { LoggedProcess, type LogLine } from "./logged-process";
export { startPostgres, type TestPostgres } from "./postgres";
export { bundleProgram, MODULES } from "./program-file";
export { rejection } from "./rejection";
export { createDatabase, dropDatabase, openServer, type Server, SERVER_URL } from "./server";
export { TcpProxy } from "./tcp-proxy";
export { emptyDatabase, migratedDatabase, type TestDatabase } from "./test-database";
