/** Runs an S3 server for tests: moto, from PyPI, in a process of its own on a free port. `toolchain/setup --tests` installs it. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { pythonProgram } from "./python";

/** A running S3 server. */
export interface S3Server {
  endpoint: string;
  /** Ends the process, as a crash does. */
  stop(): Promise<void>;
}

/** Starts a server without buckets. It keeps everything in memory. */
export async function startS3Server(): Promise<S3Server> {
  const child = spawn(pythonProgram("moto_server", ["--help"]), ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PYTHONUNBUFFERED: "1" },
  });
  const port = await portOf(child);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGKILL");
      }),
  };
}

/** Reads the port from the line in which the server says where it runs. */
async function portOf(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr! })) {
    said.push(line);
    const port = /Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) {
      // Nobody reads the rest, which must not fill the pipe.
      child.stderr!.resume();
      return port;
    }
  }
  throw new Error(`moto_server did not start:\n${said.join("\n")}`);
}
