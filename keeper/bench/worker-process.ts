/** Keepers as processes of their own, started again whenever they are killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createWriteStream, readFileSync, rmSync, type WriteStream } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const ROOT = path.resolve(__dirname, "../..");
/** `PROFILES=DIRECTORY` leaves a CPU profile of every process that ends by itself. */
const PROFILING = process.env.PROFILES
  ? ["--cpu-prof", `--cpu-prof-dir=${path.resolve(process.env.PROFILES)}`]
  : [];

/**
 * Compiles one file with what it imports from this repository, so that no process carries a compiler along. For this run
 * alone: whoever is started again is the same as before, whatever has changed meanwhile.
 */
export async function compile(entry: string): Promise<string> {
  const outfile = path.join(
    ROOT,
    "node_modules/.cache/keeper-bench",
    String(process.pid),
    `${path.basename(entry, ".ts")}.js`,
  );
  await build({
    entryPoints: [path.resolve(__dirname, entry)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    packages: "external",
    logLevel: "error",
  });
  process.once("exit", () => rmSync(path.dirname(outfile), { recursive: true, force: true }));
  return outfile;
}

/** `sysconf(_SC_CLK_TCK)` is 100 on every Linux. */
const MS_A_TICK = 10;

export class WorkerProcess {
  kills = 0;
  /** Ended by themselves, which none should. */
  crashes = 0;
  /** Bytes, of all processes so far the largest. */
  peakRss = 0;
  /** Milliseconds of `performance.now()`, when its first scan was over; infinite before. */
  readyAt = Infinity;
  /** Bytes, at the last sample. */
  rss = 0;
  /** Of the processor, of all processes that are over. */
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

  /** Resolves when it says something that fits. */
  async line(fits: RegExp): Promise<void> {
    for (;;) {
      const [line] = (await once(this.lines, "line")) as [string];
      if (fits.test(line)) return;
    }
  }

  /** As the machine's end would; another one starts at once. */
  kill(): void {
    this.readyAt = Infinity;
    this.sample();
    this.kills += 1;
    this.child?.kill("SIGKILL");
  }

  /** Milliseconds of the processor that this and its processes before have taken, up to the last sample. */
  get cpuMs(): number {
    return this.endedCpuMs + this.currentCpuMs;
  }

  /** Reads the process's high-water mark and its time on the processor, where the system tells. */
  sample(): void {
    try {
      const status = readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
      this.peakRss = Math.max(this.peakRss, peak);
      this.rss = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
      const stat = readFileSync(`/proc/${this.child?.pid}/stat`, "utf8");
      // After the name, which may contain anything: user and system time are the 12th and 13th field.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      this.currentCpuMs = (Number(fields[11]) + Number(fields[12])) * MS_A_TICK;
    } catch {
      // Gone in this very moment, or no such files on this system.
    }
  }

  /** Resolves when it has ended; one that does not within the time is killed. */
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
