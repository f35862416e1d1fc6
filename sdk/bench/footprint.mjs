// What the SDK costs a page and a process: the size of a bundle, by gzip, and the time of its import in Node.
//
// Usage, from the repository: node sdk/bench/footprint.mjs [--against DIRECTORY]
// DIRECTORY is a project with another build of @milepost/sdk installed (npm pack, npm install), measured in turns with
// this one: the times of a busy machine only compare within one run.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const RUNS = 15;
const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const ACTIONS = "createContext, createMilestone, executePayment";
const APPS = {
  "createMilestone and executePayment": `
    import { ${ACTIONS} } from "@milepost/sdk"; globalThis.app = { ${ACTIONS} };`,
  "the same with web3.js's Connection": `
    import { Connection } from "@solana/web3.js";
    import { ${ACTIONS} } from "@milepost/sdk"; globalThis.app = { Connection, ${ACTIONS} };`,
  "web3.js's Connection alone": `
    import { Connection } from "@solana/web3.js"; globalThis.app = { Connection };`,
};

/** Bytes of the minified bundle for a browser, after gzip. */
async function gzipBytes(contents, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

const LOADERS = {
  import: 'import("@milepost/sdk")',
  require: 'require("@milepost/sdk")',
};

/** Milliseconds of one import in a new process. */
function importMs(loader, cwd) {
  const script = `const start = performance.now(); (async () => { await ${LOADERS[loader]}; console.log(performance.now() - start); })();`;
  return Number(execFileSync(process.execPath, ["-e", script], { cwd, encoding: "utf8" }));
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const flag = process.argv.indexOf("--against");
const against = flag > 0 ? path.resolve(process.argv[flag + 1]) : null;
if (against && !existsSync(path.join(against, "node_modules/@milepost/sdk"))) {
  console.error(`${against} has no @milepost/sdk in its node_modules`);
  process.exit(1);
}
const projects = { here: HERE, ...(against ? { before: against } : {}) };

for (const [app, contents] of Object.entries(APPS)) {
  const sizes = [];
  for (const [name, directory] of Object.entries(projects)) {
    const bytes = await gzipBytes(contents, directory);
    sizes.push(`${name} ${(bytes / 1000).toFixed(1)} KB`);
  }
  console.log(`${app}: ${sizes.join(", ")}`);
}

for (const loader of Object.keys(LOADERS)) {
  const times = Object.fromEntries(Object.keys(projects).map((name) => [name, []]));
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, directory] of Object.entries(projects)) {
      times[name].push(importMs(loader, directory));
    }
  }
  const shown = Object.entries(times).map(([name, all]) => `${name} ${median(all).toFixed(0)} ms`);
  const ratio = against ? `, ratio ${(median(times.here) / median(times.before)).toFixed(2)}` : "";
  console.log(`${loader} in Node, median of ${RUNS}: ${shown.join(", ")}${ratio}`);
}
