/** Runs `milepost-keeper` as a process of its own, and collects its output. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { programFile, PROGRAM_SURROUNDINGS } from "./program-file";

export type Line = Record<string, unknown> & { msg?: string };

export class CliProcess {
  readonly lines: Line[] = [];
  text = "";
  errors = "";
  private readonly waiting: { message: string; found: (line: Line) => void }[] = [];
  readonly exit: Promise<number | NodeJS.Signals>;

  private constructor(readonly child: ChildProcess) {
    child.stderr!.on("data", (data: Buffer) => (this.errors += data.toString()));
    createInterface({ input: child.stdout! }).on("line", (line) => this.read(line));
    // "close" comes after all output.
    this.exit = once(child, "close").then(([code, signal]) => (code ?? signal) as never);
  }

  static start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): CliProcess {
    const { cwd, env } = PROGRAM_SURROUNDINGS;
    const child = spawn(process.execPath, [programFile("src/cli/main.ts"), ...args], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env, ...environment },
    });
    return new CliProcess(child);
  }

  /** Resolves with the first line of the log with this message. */
  line(message: string): Promise<Line> {
    const known = this.lines.find(({ msg }) => msg === message);
    if (known) return Promise.resolve(known);
    return new Promise((found, reject) => {
      this.waiting.push({ message, found });
      void this.exit.then((code) =>
        reject(new Error(`ended with ${code} before "${message}":\n${this.text}${this.errors}`)),
      );
    });
  }

  /** Kills it unless it has ended. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
  }

  private read(text: string): void {
    this.text += `${text}\n`;
    if (!text.startsWith("{")) return;
    const line = JSON.parse(text) as Line;
    this.lines.push(line);
    for (const { message, found } of this.waiting) if (message === line.msg) found(line);
  }
}
