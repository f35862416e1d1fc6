/** Runs `milepost-gateway` as a process of its own, bundled into one file. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync } from "node:fs";
import path from "node:path";
import { bundleProgram, MODULES } from "@milepost/database/testing";

const GATEWAY = path.resolve(__dirname, "../..");

/** Packages that the bundled file loads: first those of which the workspaces have versions of their own. */
const PACKAGES = [
  path.resolve(GATEWAY, "../localnet/node_modules"),
  path.join(GATEWAY, "node_modules"),
  MODULES,
].join(path.delimiter);

/** Returns the path of the bundled command line. */
function programFile(): string {
  const file = bundleProgram(path.join(GATEWAY, "src/cli/main.ts"));
  // Where the localnet looks for its program once it is bundled.
  const program = path.join(path.dirname(file), "program");
  if (!existsSync(program)) symlinkSync(path.resolve(GATEWAY, "../artifacts"), program);
  return file;
}

/** A process of the command line. */
export class CliProcess {
  /** Standard output so far. */
  text = "";
  /** Standard error so far. */
  errors = "";
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
  private readonly listeners = new Set<() => void>();

  private constructor(readonly child: ChildProcess) {
    child.stdout!.on("data", (data: Buffer) => {
      this.text += data.toString();
      for (const tell of this.listeners) tell();
    });
    child.stderr!.on("data", (data: Buffer) => (this.errors += data.toString()));
    // "close" comes after all output.
    this.exit = once(child, "close").then(([code, signal]) => (code ?? signal) as never);
  }

  /** Starts it; its environment has no flags of this process. */
  static start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): CliProcess {
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith("MILEPOST_"));
    const child = spawn(process.execPath, [programFile(), ...args], {
      cwd: GATEWAY,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...Object.fromEntries(own), NODE_PATH: PACKAGES, ...environment },
    });
    return new CliProcess(child);
  }

  /** Resolves once the output matches. Rejects when the process ends before. */
  until(shape: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = shape.exec(this.text);
        if (found) {
          this.listeners.delete(look);
          resolve(found);
        }
      };
      this.listeners.add(look);
      look();
      void this.exit.then((code) =>
        reject(new Error(`ended with ${code} before ${shape}:\n${this.text}${this.errors}`)),
      );
    });
  }

  /** Asks it to stop, and returns the exit code. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.child.kill("SIGTERM");
    return this.exit;
  }

  /** Kills it unless it has ended. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
  }
}
