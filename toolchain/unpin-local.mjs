// Takes the checksums of our own packed packages out of a lock file: every build packs other bytes.
//
// Usage: node toolchain/unpin-local.mjs examples/apps/package-lock.json
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2];
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  if (entry.resolved?.startsWith("file:")) delete entry.integrity;
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
