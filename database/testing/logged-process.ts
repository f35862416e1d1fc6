/** Runs a program as a process of its own and follows its log, one JSON object per line. */
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A line of the log. */
export type LogLine = Record<string, unknown> & { msg?: string };

/** A process as a test sees it. */
export class LoggedProcess {
  readonly lines: LogLine[] = [];
  /** Exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
  /** All output. */
  output = "";
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private isOver = false;

  /** @param program path of a file made by `bundleProgram`. */
  constructor(program: string, { cwd, env }: Pick<SpawnOptions, "cwd" | "env">) {
    this.child = spawn(process.execPath, [program], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stderr!.on("data", (data: Buffer) => (this.output += data.toString()));
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.read(line));
    // "close" comes after all output.
    this.exit = once(this.child, "close").then(([code, signal]) => {
      this.isOver = true;
      this.tell();
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  get isRunning(): boolean {
    return !this.isOver;
  }

  count(message: string): number {
    return this.lines.filter(({ msg }) => msg === message).length;
  }

  /** Resolves with the `count`th line of the log that fits. */
  async line(fits: string | ((line: LogLine) => boolean), count = 1): Promise<LogLine> {
    const isWanted = typeof fits === "string" ? (line: LogLine) => line.msg === fits : fits;
    for (;;) {
      const found = this.lines.filter(isWanted)[count - 1];
      if (found) return found;
      if (this.isOver) throw new Error(`ended before "${fits}":\n${this.output}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private read(text: string): void {
    this.output += `${text}\n`;
    if (!text.startsWith("{")) return;
    this.lines.push(JSON.parse(text) as LogLine);
    this.tell();
  }

  private tell(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}
