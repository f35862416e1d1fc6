/** Programs of the Python environment that `toolchain/setup --tests` installs, or of the path. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Returns the path of a program such as `python3`; `probe` are arguments with which it exits at once. */
export function pythonProgram(name: string, probe: readonly string[]): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const installed = join(cache, "milepost/python/bin", name);
  if (existsSync(installed)) return installed;
  const found = spawnSync(name, probe, { stdio: "ignore" });
  if (found.error) throw new Error(`${name} is nowhere: run toolchain/setup --tests`);
  return name;
}
