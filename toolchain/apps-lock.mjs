// Edits and checks the entries of our own packed packages in the example apps' lock file.
//
// Usage: node toolchain/apps-lock.mjs forget|unpin|check
//
// forget  drops them, so that npm reads the packed files again
// unpin   removes their checksums: every build packs different bytes
// check   fails when their dependencies differ from those of the packages
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const file = path.join(root, "examples/apps/package-lock.json");
const lock = JSON.parse(readFileSync(file, "utf8"));
const own = Object.keys(lock.packages).filter((key) => key.startsWith("node_modules/@milepost/"));
const write = () => writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);

const commands = {
  forget() {
    for (const key of own) delete lock.packages[key];
    write();
  },
  unpin() {
    for (const key of own) delete lock.packages[key].integrity;
    write();
  },
  check() {
    const sorted = (dependencies = {}) => JSON.stringify(Object.entries(dependencies).sort());
    for (const key of own) {
      const name = key.slice("node_modules/@milepost/".length);
      const manifest = JSON.parse(readFileSync(path.join(root, name, "package.json"), "utf8"));
      if (sorted(manifest.dependencies) === sorted(lock.packages[key].dependencies)) continue;
      console.error(
        `apps: the lock file has different dependencies for ${manifest.name}; run make lock`,
      );
      process.exitCode = 1;
    }
  },
};

const command = commands[process.argv[2]];
if (!command) {
  console.error("usage: apps-lock.mjs forget|unpin|check");
  process.exit(2);
}
command();
