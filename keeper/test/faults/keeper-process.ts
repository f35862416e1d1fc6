/** A keeper that is a process of its own, as a test sees it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { CrashPoint } from "../../src/work/crash-points";
import { programFile, PROGRAM_SURROUNDINGS } from "../program-file";

export interface KeeperProcessOptions {
  urls: readonly string[];
  wsUrl?: string;
  /** A file. */
  keypair: string;
  databaseUrl?: string;
  /** Of an embedded database, without a `databaseUrl`. */
  directory?: string;
  crashAt?: CrashPoint;
  /** Pays what is due and ends. */
  isOnce?: boolean;
  clockSkewMs?: number;
  eachTimeoutMs?: number;
  leaseSeconds?: number;
  statementTimeoutMs?: number;
  stopMs?: number;
  silenceMs?: number;
  gapMs?: number;
}

export const OPTIONS_VARIABLE = "KEEPER_PROCESS_OPTIONS";

export type LogLine = Record<string, unknown> & { msg?: string };

export class KeeperProcess {
  readonly lines: LogLine[] = [];
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | NodeJS.Signals>;
  private text = "";
  private readonly waiting = new Set<() => void>();
  private isOver = false;

  constructor(options: KeeperProcessOptions) {
    const { cwd, env } = PROGRAM_SURROUNDINGS;
    this.child = spawn(process.execPath, [programFile("test/faults/keeper-main.ts")], {
      cwd,
      env: { ...process.env, ...env, [OPTIONS_VARIABLE]: JSON.stringify(options) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stderr!.on("data", (data: Buffer) => (this.text += data.toString()));
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.read(line));
    // "close" comes after all that it said.
    this.exit = once(this.child, "close").then(([code, signal]) => {
      this.isOver = true;
      this.tell();
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  private readonly child: ChildProcess;

  get isRunning(): boolean {
    return !this.isOver;
  }

  /** All that it said. */
  get output(): string {
    return this.text;
  }

  count(message: string): number {
    return this.lines.filter(({ msg }) => msg === message).length;
  }

  /** The `count`th line of the log that fits, when it comes. */
  async line(fits: string | ((line: LogLine) => boolean), count = 1): Promise<LogLine> {
    const isWanted = typeof fits === "string" ? (line: LogLine) => line.msg === fits : fits;
    for (;;) {
      const found = this.lines.filter(isWanted)[count - 1];
      if (found) return found;
      if (this.isOver) throw new Error(`ended before "${fits}":\n${this.text}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private read(text: string): void {
    this.text += `${text}\n`;
    if (!text.startsWith("{")) return;
    this.lines.push(JSON.parse(text) as LogLine);
    this.tell();
  }

  private tell(): void {
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}
