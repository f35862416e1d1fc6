// Runs one suite with a time limit and records how many of its tests passed and failed.
//
// Usage: node run-suite.mjs NAME KIND MINUTES -- COMMAND ARGUMENT...
//
// KIND says where the count is: `mocha` (written by reporter.cjs), `cargo` (its "test result" lines) or `check`
// (the exit code: one passed or one failed). A suite that exits with an error, exceeds its limit or counts no test is
// recorded as a failure, whatever it printed. count-results.mjs adds up the records.
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";

const [name, kind, minutes, separator, command, ...args] = process.argv.slice(2);
const limitMs = Number(minutes) * 60_000;
if (
  !["mocha", "cargo", "check"].includes(kind) ||
  !(limitMs > 0) ||
  separator !== "--" ||
  command === undefined
) {
  console.error("usage: run-suite.mjs NAME mocha|cargo|check MINUTES -- COMMAND ARGUMENT...");
  process.exit(2);
}

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const results = join(ROOT, "target", "results");
const countsFile = join(results, `${name}.counts`);
mkdirSync(results, { recursive: true });
rmSync(countsFile, { force: true });

// Temporary files lie in memory where there is enough: databases and browsers spend half their time on those on a disk.
const MEMORY = "/dev/shm";
const ENOUGH_BYTES = 8 * 2 ** 30;
const isEnough = () => {
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ENOUGH_BYTES;
};
const parent = existsSync(MEMORY) && isEnough() ? MEMORY : tmpdir();
const temporary = mkdtempSync(join(parent, "milepost-"));
// PostgreSQL's server has a user of its own.
chmodSync(temporary, 0o1777);
process.once("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));

let output = "";
let timedOut = false;

console.log(`\n=== ${name}: ${[command, ...args].join(" ")}`);
const startedAt = Date.now();
const child = spawn(command, args, {
  cwd: ROOT,
  // Its own process group, so that the limit also ends the processes that the suite started.
  detached: true,
  stdio: ["ignore", "pipe", "pipe"],
  env: { ...process.env, TMPDIR: temporary, MILEPOST_COUNTS: countsFile },
});
child.stdout.on("data", (chunk) => {
  output += chunk;
  process.stdout.write(chunk);
});
child.stderr.pipe(process.stderr);

function endGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

const limit = setTimeout(() => {
  timedOut = true;
  endGroup("SIGKILL");
}, limitMs);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    endGroup("SIGKILL");
    process.exit(1);
  });
}

function countCargo() {
  const lines = [
    ...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm),
  ];
  if (lines.length === 0) return undefined;
  const sum = (group) => lines.reduce((total, line) => total + Number(line[group]), 0);
  return { passed: sum(1), failed: sum(2), skipped: sum(3) };
}

function count(isSuccess) {
  if (kind === "check") return { passed: isSuccess ? 1 : 0, failed: isSuccess ? 0 : 1, skipped: 0 };
  if (kind === "cargo") return countCargo();
  return existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, "utf8")) : undefined;
}

function record(counts, trouble) {
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  writeFileSync(
    join(results, `${name}.json`),
    JSON.stringify({ name, ...counts, seconds, trouble }) + "\n",
  );
  rmSync(countsFile, { force: true });
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(
    `=== ${name}: ${counts.passed} passed, ${counts.failed} failed${skipped} in ${seconds} s` +
      (trouble === undefined ? "" : ` (${trouble})`),
  );
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

child.once("error", (error) => {
  clearTimeout(limit);
  record({ passed: 0, failed: 1, skipped: 0 }, `did not start: ${error.message}`);
});
child.once("close", (code, signal) => {
  clearTimeout(limit);
  const counts = count(code === 0) ?? { passed: 0, failed: 0, skipped: 0 };
  let trouble;
  if (timedOut) trouble = `stopped after ${minutes} minutes`;
  else if (kind !== "check" && counts.passed + counts.failed === 0) trouble = "ran no test";
  else if (code !== 0 && counts.failed === 0)
    trouble = `ended with ${signal ?? `exit code ${code}`}`;
  if (trouble !== undefined && counts.failed === 0) counts.failed = 1;
  record(counts, trouble);
});
