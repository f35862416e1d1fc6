/** A TypeScript program as one file, made once: dozens of processes would each take seconds to read it as TypeScript. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";

const KEEPER = path.resolve(__dirname, "..");

/** What a process of it needs besides: where it is, and where its packages are. */
export const PROGRAM_SURROUNDINGS = {
  cwd: KEEPER,
  env: { NODE_PATH: path.resolve(KEEPER, "../node_modules") },
} as const;

const made = new Map<string, string>();

/** Path of the file made of `entry`, a path below the keeper's directory. */
export function programFile(entry: string): string {
  const known = made.get(entry);
  if (known) return known;
  const directory = mkdtempSync(path.join(tmpdir(), "keeper-program-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, `${path.basename(entry, ".ts")}.cjs`);
  buildSync({
    entryPoints: [path.join(KEEPER, entry)],
    outfile: file,
    bundle: true,
    platform: "node",
    packages: "external",
    logLevel: "error",
  });
  made.set(entry, file);
  return file;
}
