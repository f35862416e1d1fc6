// Packs the packages as npm would publish them, into target/packages. The names have no version, so that the example apps
// can depend on them.
//
// Usage: node toolchain/pack-packages.mjs
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "target/packages");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const name of ["sdk", "localnet", "keeper"]) {
  // The SDK as `make sdk/dist/index.js` built it: building it again would take its files from under what runs beside this.
  const flags = name === "sdk" ? ["--ignore-scripts"] : [];
  const printed = execFileSync(
    "npm",
    ["pack", "--json", "--workspace", name, "--pack-destination", folder, ...flags],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  // The output of a build may come first.
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("[\n")));
  renameSync(path.join(folder, filename), path.join(folder, `milepost-${name}.tgz`));
  console.log(`target/packages/milepost-${name}.tgz`);
}
