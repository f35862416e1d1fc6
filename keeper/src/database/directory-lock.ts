/** Keeps a second process out of a directory. The system itself takes the lock away from a process that was killed. */
import { createHash } from "node:crypto";
import { realpathSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseInUseError } from "./errors";

/** Holds the directory until the returned function is called or the process ends. Throws `DatabaseInUseError`. */
export async function lockDirectory(directory: string): Promise<() => void> {
  const path = socketOf(realpathSync(directory));
  let server = await listen(path);
  if (!server) {
    if (await isAnswered(path)) throw new DatabaseInUseError(directory);
    // The file of a process that was killed.
    rmSync(path, { force: true });
    server = await listen(path);
  }
  if (!server) throw new DatabaseInUseError(directory);
  const held = server;
  return () => void held.close();
}

/** A socket's path is at most about 100 bytes long, so it can't lie in the directory itself. */
function socketOf(directory: string): string {
  const name = `milepost-keeper-${createHash("sha256").update(directory).digest("hex").slice(0, 32)}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Null when the path is taken. */
function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(null) : reject(error),
    );
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
  });
}
