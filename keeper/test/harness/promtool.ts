/** Runs Prometheus's own checker, which `toolchain/setup --tests` puts into the cache. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache");
const CACHED = path.join(cache, "milepost/promtool/promtool");

/** Runs promtool. Throws when it is missing or finds a fault. */
export function promtool(args: readonly string[], cwd: string): string {
  const command = process.env.PROMTOOL ?? (existsSync(CACHED) ? CACHED : "promtool");
  const { error, status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error) throw new Error(`${command}: ${error.message}; run toolchain/setup --tests`);
  if (status !== 0) throw new Error(`promtool ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
