// Adds to package-lock.json the packages of other platforms that npm left out.
//
// npm drops an optional package from the lock when the registry it talked to does not have it, and `npm ci` then
// refuses that lock. With a mirror that has only its own platform's binaries, every lock is incomplete.
// The parents pin the missing packages to one exact version, and the names contain the platform. The lock needs no more
// for npm to skip them on one platform and install them on another.
//
// Usage: node complete-lock.mjs, after any npm install that changed the lock (`make lock` does both)
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PATH = join(dirname(fileURLToPath(import.meta.url)), "..", "package-lock.json");

const OS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const CPU = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

/** Returns the platform in a package's name: `@rollup/rollup-linux-x64-musl` is linux, x64, musl. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = OS.find((candidate) => words.includes(candidate));
  const cpu = CPU.find((candidate) => words.includes(candidate));
  if (os === undefined || (cpu === undefined && !words.includes("universal"))) return undefined;
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : os === "linux" && words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return {
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
    os: [os],
  };
}

const lock = JSON.parse(readFileSync(PATH, "utf8"));
const packages = lock.packages;

/** Returns whether npm would find `name` from the package at `location`. */
function isLocked(location, name) {
  for (let at = location; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    if (packages[at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}

/** Returns the place beside the package that depends on it: `node_modules/a/node_modules/b` asks for `node_modules/a/node_modules/c`. */
function placeFor(location, name) {
  return `${location.slice(0, location.lastIndexOf("node_modules/"))}node_modules/${name}`;
}

const added = [];
for (const [location, parent] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isLocked(location, name)) continue;
    const platform = platformOf(name);
    if (platform === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
      console.error(
        `complete-lock: ${location} asks for ${name}@${version}, whose platform or version is unclear`,
      );
      process.exit(1);
    }
    packages[placeFor(location, name)] = {
      version,
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
      ...platform,
    };
    added.push(`${name}@${version}`);
  }
}

lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
if (added.length > 0) writeFileSync(PATH, JSON.stringify(lock, null, 2) + "\n");
console.log(`complete-lock: ${added.length} packages of other platforms added`);
