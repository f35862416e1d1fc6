/** The SDK as npm publishes it, installed into an empty project. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const run = promisify(execFile);
const SDK = path.resolve(__dirname, "../../sdk");

export interface PackedSdk {
  /** The project's directory. */
  directory: string;
  /** The text of a script for a page: `contents` with its imports, minified, and no polyfill of anything. */
  bundle(contents: string): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the SDK as it was built for these tests, as another suite may be reading its files, and installs the tarball. */
export async function installPackedSdk(): Promise<PackedSdk> {
  const directory = await mkdtemp(path.join(tmpdir(), "milepost-page-"));
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", directory], { cwd: SDK });
  const tarball = (await readdir(directory)).find((name) => name.endsWith(".tgz"))!;
  await writeFile(path.join(directory, "package.json"), JSON.stringify({ private: true }));
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", path.join(directory, tarball), ...quiet], { cwd: directory });
  return {
    directory,
    remove: () => rm(directory, { recursive: true, force: true }),
    async bundle(contents) {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: directory },
        bundle: true,
        write: false,
        minify: true,
        format: "iife",
        platform: "browser",
        target: "es2022",
        logLevel: "silent",
      });
      return outputFiles[0]!.text;
    },
  };
}
