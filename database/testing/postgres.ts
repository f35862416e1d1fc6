/**
 * Runs a Postgres server for tests: its own cluster in a temporary directory on a free port. It never touches another
 * one.
 */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface TestPostgres {
  /** URL of a superuser on the database `postgres`. */
  readonly url: string;
  /** Ends all connections at once, as a crash does, and starts again on the same port with the same data. */
  restart(): Promise<void>;
  /** Stops answering, as during maintenance; `start` ends it. */
  halt(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server and removes its files. */
  stop(): Promise<void>;
}

const USER = "milepost";

/** Starts a server; needs PostgreSQL's server programs (on Debian the package `postgresql`). */
export async function startPostgres(): Promise<TestPostgres> {
  const programs = programDirectory();
  const directory = mkdtempSync(join(tmpdir(), "milepost-postgres-"));
  const data = join(directory, "data");
  const port = await freePort();
  const as = serverUser();
  if (as.owner) execFileSync("chown", [as.owner, directory]);
  const program = (name: string, args: string[]) =>
    run(as.command, [...as.args, join(programs, name), ...args], { cwd: directory });

  const settings = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60`;
  const start = async () => {
    const log = join(directory, "log");
    await program("pg_ctl", ["-D", data, "-o", settings, "-l", log, "-w", "-t", "60", "start"]);
  };
  const halt = async () => {
    await program("pg_ctl", ["-D", data, "-m", "immediate", "-w", "-t", "60", "stop"]);
  };
  await program("initdb", [
    ...["-D", data, "-U", USER, "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
  ]);
  await start();
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    start,
    halt,
    async restart() {
      await halt();
      await start();
    },
    async stop() {
      if (existsSync(join(data, "postmaster.pid"))) await halt();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Returns `PGBINDIR`, the directory on the path, or Debian's. */
function programDirectory(): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => +b - +a) : [];
  const directories = [
    process.env.PGBINDIR ?? "",
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  const found = directories.find((directory) => directory && existsSync(join(directory, "initdb")));
  if (!found) throw new Error("initdb is nowhere: install PostgreSQL's server, or set PGBINDIR");
  return found;
}

/** Returns the user for the server, which refuses to run as root: then the system's user of its package runs it. */
function serverUser(): { command: string; args: string[]; owner: string | null } {
  if (process.getuid?.() !== 0) return { command: "env", args: [], owner: null };
  const user = "postgres";
  return {
    command: "setpriv",
    args: [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--"],
    owner: user,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
