// Packs the packages as npm would publish them, into target/packages. The names have no version, so that the example apps
// can depend on them. MILEPOST_PACKED is a folder of packages that were packed from these sources, to copy them from.
//
// Usage: node toolchain/pack-packages.mjs
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const folder = path.join(root, "target/packages");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const packed = process.env.MILEPOST_PACKED && path.resolve(root, process.env.MILEPOST_PACKED);
for (const name of ["sdk", "localnet", "keeper"]) {
  const target = path.join(folder, `milepost-${name}.tgz`);
  if (packed) {
    const file = readdirSync(packed).find((file) => file.startsWith(`milepost-${name}-`));
    if (!file) throw new Error(`${packed}: expected milepost-${name}-VERSION.tgz`);
    copyFileSync(path.join(packed, file), target);
    continue;
  }
  // The SDK as `make sdk/dist/index.js` built it: building it again would take its files from under what runs beside this.
  const flags = name === "sdk" ? ["--ignore-scripts"] : [];
  const printed = execFileSync(
    "npm",
    ["pack", "--json", "--workspace", name, "--pack-destination", folder, ...flags],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  );
  // The output of a build may come first.
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("[\n")));
  renameSync(path.join(folder, filename), target);
  console.log(`target/packages/milepost-${name}.tgz`);
}
