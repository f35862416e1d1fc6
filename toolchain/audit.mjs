// Checks what the lock files say about every dependency, without a network. Prints each finding; fails when there is one.
//
// Usage: node toolchain/audit.mjs [DIRECTORY]   every package-lock.json and Cargo.lock below it
//
// Known vulnerabilities are not in a lock file: `npm audit` and `cargo audit` ask a server for them
// (docs/decisions/0015-gate.md). audit-policy.json has the accepted install scripts and licenses, with reasons.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(process.argv[2] ?? path.join(here, ".."));
const policy = JSON.parse(readFileSync(path.join(here, "audit-policy.json"), "utf8"));

const SKIPPED = new Set([".git", ".next", "dist", "node_modules", "target"]);
const REGISTRY = "https://registry.npmjs.org/";
const CRATES = "registry+https://github.com/rust-lang/crates.io-index";
const EXACT = /^\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?$/;
/** Versions of a registry only: no URL, no git, no file, no tag such as `latest`, no `*`. */
const RANGE =
  /^(npm:(@[\w.-]+\/)?[\w.-]+@)?[~^<>=]*\d+(\.\d+)*([\w.+-]*)( ?(\|\||-)? ?[~^<>=]*\d[\w.+-]*)*$/;

const findings = [];
const unusedScripts = new Set(Object.keys(policy.installScripts));
const counts = { packages: 0, withoutChecksum: 0, crates: 0 };

function* lockFiles(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) yield* lockFiles(file);
    if (["package-lock.json", "Cargo.lock"].includes(entry.name)) yield file;
  }
}

/** Returns whether every license of a conjunction, or one of a choice, is accepted. */
function isAccepted(license) {
  const terms = license.replace(/^\(|\)$/g, "");
  if (terms.includes(" OR ")) return terms.split(" OR ").some(isAccepted);
  return terms.split(" AND ").every((term) => policy.licenses.includes(term));
}

function hasException(name) {
  return (
    name in policy.licenseExceptions ||
    Object.keys(policy.licenseExceptionScopes).some((start) => name.startsWith(start))
  );
}

function checkLicense(license, name, report) {
  if (hasException(name)) return;
  if (typeof license !== "string") report("names no license");
  else if (!isAccepted(license)) report(`has the license ${license}, which is not accepted`);
}

function checkScripts(entry, manifest, name, report) {
  const { preinstall, install, postinstall } = manifest?.scripts ?? {};
  if (!entry.hasInstallScript && !(preinstall ?? install ?? postinstall)) return;
  const key = `${name}@${entry.version}`;
  unusedScripts.delete(key);
  if (!(key in policy.installScripts)) report("runs a script when it is installed");
}

/** Recognizes a binary of another platform that the registry's mirror does not carry; `make lock` adds its name and version. */
const isOtherPlatform = (entry) =>
  entry.optional === true && entry.os !== undefined && entry.resolved === undefined;

function checkSource(entry, isOwn, report) {
  if (isOwn) return;
  if (!EXACT.test(entry.version ?? "")) report(`has no exact version: ${entry.version}`);
  if (entry.resolved !== undefined && !entry.resolved.startsWith(REGISTRY)) {
    report(`comes from ${entry.resolved}, not from the registry`);
  }
  if (/^sha512-/.test(entry.integrity ?? "")) return;
  if (isOtherPlatform(entry)) counts.withoutChecksum += 1;
  else report("has no sha512 checksum");
}

function checkRanges(entry, report) {
  const fields = ["dependencies", "devDependencies", "optionalDependencies"];
  for (const [name, range] of fields.flatMap((field) => Object.entries(entry[field] ?? {}))) {
    if (!name.startsWith("@milepost/") && !RANGE.test(range)) report(`asks for ${name}@${range}`);
  }
}

function checkNpm(file) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const directory = path.dirname(file);
  if (lock.lockfileVersion !== 3) findings.push(`${file}: lockfileVersion is not 3`);
  for (const [location, entry] of Object.entries(lock.packages ?? {})) {
    const report = (text) =>
      findings.push(`${path.relative(root, file)}: ${location || "."} ${text}`);
    if (entry.link) continue;
    if (!location.includes("node_modules/")) {
      checkRanges(entry, report);
      continue;
    }
    const name = entry.name ?? location.slice(location.lastIndexOf("node_modules/") + 13);
    const isOwn = name.startsWith("@milepost/") && (entry.resolved ?? "").startsWith("file:");
    const installed = path.join(directory, location, "package.json");
    const manifest = existsSync(installed)
      ? JSON.parse(readFileSync(installed, "utf8"))
      : undefined;
    counts.packages += 1;
    checkSource(entry, isOwn, report);
    checkScripts(entry, manifest, name, report);
    if (!isOtherPlatform(entry)) checkLicense(entry.license ?? manifest?.license, name, report);
  }
}

function checkCargo(file) {
  const [, ...sections] = readFileSync(file, "utf8").split("[[package]]");
  for (const section of sections) {
    const field = (name) => new RegExp(`^${name} = "(.*)"$`, "m").exec(section)?.[1];
    const report = (text) =>
      findings.push(`${path.relative(root, file)}: ${field("name")} ${field("version")} ${text}`);
    const source = field("source");
    if (source === undefined) continue;
    counts.crates += 1;
    if (source !== CRATES) report(`comes from ${source}, not from crates.io`);
    if (!/^[0-9a-f]{64}$/.test(field("checksum") ?? "")) report("has no checksum");
  }
}

const files = [...lockFiles(root)];
if (files.length === 0) findings.push(`${root} has no lock file`);
for (const file of files) {
  if (file.endsWith("Cargo.lock")) checkCargo(file);
  else checkNpm(file);
}
if (process.argv[2] === undefined) {
  for (const key of unusedScripts) {
    findings.push(`audit-policy.json accepts a script of ${key}, which no lock file has`);
  }
}
for (const finding of findings) console.error(`audit: ${finding}`);
console.log(
  `audit: ${counts.packages} npm packages and ${counts.crates} crates in ${files.length} lock files, ` +
    `${findings.length} findings; ${counts.withoutChecksum} binaries of other platforms have a version and no checksum`,
);
process.exitCode = findings.length > 0 ? 1 : 0;
