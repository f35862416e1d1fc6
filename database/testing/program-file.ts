/**
 * Bundles a TypeScript program into one file, once: dozens of processes would each take seconds to read it as
 * TypeScript.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";

const DATABASE = path.resolve(__dirname, "..");

/** Path of the packages that a bundled program loads, for the variable `NODE_PATH` of its process. */
export const MODULES = path.resolve(DATABASE, "../node_modules");

const made = new Map<string, string>();

/** Returns the path of the file made of `entry`, an absolute path. */
export function bundleProgram(entry: string): string {
  const known = made.get(entry);
  if (known) return known;
  const directory = mkdtempSync(path.join(tmpdir(), "milepost-program-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, `${path.basename(entry, ".ts")}.cjs`);
  buildSync({
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: "node",
    packages: "external",
    // NODE_PATH, by which the process finds its packages, is for `require` alone.
    supported: { "dynamic-import": false },
    // This package is TypeScript, so it is bundled as well.
    alias: {
      "@milepost/database": path.join(DATABASE, "src/index.ts"),
      "@milepost/database/testing": path.join(DATABASE, "testing/index.ts"),
    },
    logLevel: "error",
  });
  made.set(entry, file);
  return file;
}
