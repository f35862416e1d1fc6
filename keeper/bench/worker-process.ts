/** Runs keepers as processes of their own, which start again after each kill. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createWriteStream, readFileSync, type WriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { bundleProgram, MODULES } from "@milepost/database/testing";
import { processTime } from "./processor-time";

/** `PROFILES=DIRECTORY` leaves a CPU profile of every process that ends by itself. */
const PROFILING = process.env.PROFILES
  ? ["--cpu-prof", `--cpu-prof-dir=${path.resolve(process.env.PROFILES)}`]
  : [];

/** Compiles one file of this folder, so that no process carries a compiler along. Returns the path of the result. */
export const compile = (entry: string): string => bundleProgram(path.resolve(__dirname, entry));

/** Environment of a compiled program, which loads its packages from here. */
export const PROGRAM_ENVIRONMENT = { ...process.env, NODE_PATH: MODULES };

export class WorkerProcess {
  kills = 0;
  /** Number of processes that ended by themselves, which none should. */
  crashes = 0;
  /** Largest resident memory of all processes so far, in bytes. */
  peakRss = 0;
  /** Milliseconds of `performance.now()` at the end of its first scan; infinite before. */
  readyAt = Infinity;
  /** Resident memory at the last sample, in bytes. */
  rss = 0;
  /** Processor time of all ended processes, in milliseconds. */
  private endedCpuMs = 0;
  private currentCpuMs = 0;
  private readonly lines = new EventEmitter();
  private child: ChildProcess | null = null;
  private isStopped = false;
  private readonly log: WriteStream;

  constructor(
    readonly name: string,
    private readonly program: string,
    private readonly args: readonly string[],
    logFile: string,
  ) {
    this.log = createWriteStream(logFile, { flags: "a" });
  }

  start(): void {
    const child = spawn(process.execPath, [...PROFILING, this.program, ...this.args], {
      env: PROGRAM_ENVIRONMENT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(this.log, { end: false });
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line === "started" && this.child === child) this.readyAt = performance.now();
      this.lines.emit("line", line);
    });
    child.stderr.pipe(this.log, { end: false });
    this.child = child;
    this.readyAt = Infinity;
    child.once("exit", (_code, signal) => {
      this.endedCpuMs += this.currentCpuMs;
      this.currentCpuMs = 0;
      if (this.isStopped || this.child !== child) return;
      if (signal !== "SIGKILL") this.crashes += 1;
      this.start();
    });
  }

  /** Resolves when it prints a line that fits. */
  async line(fits: RegExp): Promise<void> {
    for (;;) {
      const [line] = (await once(this.lines, "line")) as [string];
      if (fits.test(line)) return;
    }
  }

  /** Kills the process as a machine's failure would; another one starts at once. */
  kill(): void {
    this.readyAt = Infinity;
    this.sample();
    this.kills += 1;
    this.child?.kill("SIGKILL");
  }

  /** Milliseconds of processor time of this process and those before it, up to the last sample. */
  get cpuMs(): number {
    return this.endedCpuMs + this.currentCpuMs;
  }

  /** Reads the process's high-water mark and its processor time, where the system reports them. */
  sample(): void {
    try {
      const status = readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
      this.peakRss = Math.max(this.peakRss, peak);
      this.rss = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
      this.currentCpuMs = processTime(this.child!.pid!).own;
    } catch {
      // The process has ended at this moment, or the system has no such files.
    }
  }

  /** Resolves when the process has ended; one that does not end within the time is killed. */
  async stop(milliseconds: number): Promise<void> {
    this.isStopped = true;
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      this.sample();
      const timer = setTimeout(() => child.kill("SIGKILL"), milliseconds);
      child.kill("SIGTERM");
      await exited;
      clearTimeout(timer);
    }
    this.log.end();
  }
}
