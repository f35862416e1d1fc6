/** Builds the page for tests, once per process, into a directory of its own: a test run changes no file of the clone. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const APP = path.resolve(__dirname, "../../..");
const run = promisify(execFile);
const built = new Map<string, Promise<string>>();

/**
 * Builds the page and returns the directory of its files. `root` is another folder with an `index.html`, for a component
 * that is tested alone. It is built with the page's configuration unless it has its own.
 * @example
 * const directory = await buildPage();
 */
export function buildPage(root = "."): Promise<string> {
  const known = built.get(root);
  if (known) return known;
  const building = build(root);
  built.set(root, building);
  return building;
}

async function build(root: string): Promise<string> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "milepost-page-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const manifest = require.resolve("vite/package.json", { paths: [APP] });
  const vite = path.join(path.dirname(manifest), "bin/vite.js");
  const own = path.join(APP, root, "vite.config.mts");
  const config = ["--config", existsSync(own) ? own : path.join(APP, "vite.config.mts")];
  const out = ["--outDir", directory, "--emptyOutDir", "--manifest", "--logLevel", "warn"];
  await run(process.execPath, [vite, "build", path.join(APP, root), ...config, ...out], {
    cwd: APP,
    env: { ...process.env, NODE_ENV: "production" },
  });
  return directory;
}
