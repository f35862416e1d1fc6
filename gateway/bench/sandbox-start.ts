/** The time from the start of the sandbox's process to its readiness, as it prints it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSandboxProcess } from "../test/harness/sandbox-process";

/** Most seconds from the start to the printed readiness. */
const LIMIT_SECS = 15;

/** Starts a sandbox with new data, and again with the same; prints both times. Throws when one is too long. */
export async function benchSandboxStart(): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), "milepost-bench-"));
  try {
    for (const what of ["new data", "the data of before"]) {
      const { cli } = await startSandboxProcess(directory);
      const seconds = Number(/is ready, (\d+\.\d) seconds/.exec(cli.text)?.[1]);
      await cli.stop();
      console.log(`sandbox ready with ${what}: ${seconds.toFixed(1)} s (at most ${LIMIT_SECS} s)`);
      if (!(seconds <= LIMIT_SECS)) throw new Error(`the sandbox took ${seconds.toFixed(1)} s`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
