// Packs the packages as npm would publish them, into target/packages, under names without a version, so that the example
// apps can depend on them.
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
  const printed = execFileSync(
    "npm",
    ["pack", "--json", "--workspace", name, "--pack-destination", folder],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  // What a build prints may come first.
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("[\n")));
  renameSync(path.join(folder, filename), path.join(folder, `milepost-${name}.tgz`));
  console.log(`target/packages/milepost-${name}.tgz`);
}
