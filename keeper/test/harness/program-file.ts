/** Runs one of the keeper's programs as a process of its own, bundled into one file. */
import path from "node:path";
import { bundleProgram, MODULES } from "@milepost/database/testing";

const KEEPER = path.resolve(__dirname, "../..");

/** Options of a process that runs it: its working directory, and the path of its packages. */
export const PROGRAM_SURROUNDINGS = { cwd: KEEPER, env: { NODE_PATH: MODULES } } as const;

/** Returns the path of the file made of `entry`, a path below the keeper's directory. */
export function programFile(entry: string): string {
  return bundleProgram(path.join(KEEPER, entry));
}
