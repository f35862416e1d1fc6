// Updates and verifies artifacts/: the committed program must be the build of these sources.
//
// Usage: node artifact.mjs verify|update (toolchain/verify-artifact and toolchain/update-artifact build first)
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const ARTIFACTS = join(ROOT, "artifacts");
const FRESH = {
  "milestone.so": join(ROOT, "target", "deploy", "milestone.so"),
  "milestone.json": join(ROOT, "target", "idl", "milestone.json"),
};

/** The files that the program's bytes depend on, besides the compiler. */
const SOURCES = [
  "Cargo.lock",
  "Cargo.toml",
  "programs/milestone",
  "toolchain/build",
  "toolchain/environment.sh",
  "toolchain/sysroot",
  "toolchain/target-spec",
];

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

function filesUnder(path) {
  const full = join(ROOT, path);
  const entries = readdirSync(full, { withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  );
}

function sourceHash() {
  const files = SOURCES.flatMap((path) =>
    /^programs\/|sysroot$/.test(path) ? filesUnder(path) : [path],
  ).sort();
  return sha256(files.map((f) => `${sha256(readFileSync(join(ROOT, f)))}  ${f}\n`).join(""));
}

/** Returns the toolchain of this machine, from the `key: value` lines of toolchain/describe. */
function toolchainHere() {
  const lines = execFileSync(join(ROOT, "toolchain", "describe"), { encoding: "utf8" });
  return Object.fromEntries(
    lines
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
}

function say(message) {
  console.log(`artifact: ${message}`);
}

function fail(message) {
  console.error(`artifact: FAILED: ${message}`);
  process.exit(1);
}

const fresh = Object.fromEntries(
  Object.entries(FRESH).map(([name, path]) => {
    if (!existsSync(path)) fail(`${path} is missing; run toolchain/build and toolchain/idl first`);
    return [name, readFileSync(path)];
  }),
);

function update() {
  mkdirSync(ARTIFACTS, { recursive: true });
  for (const [name, path] of Object.entries(FRESH)) copyFileSync(path, join(ARTIFACTS, name));
  const build = {
    toolchain: toolchainHere(),
    sources: { sha256: sourceHash(), of: SOURCES },
    cargoLock: { sha256: sha256(readFileSync(join(ROOT, "Cargo.lock"))) },
    program: { bytes: fresh["milestone.so"].length, sha256: sha256(fresh["milestone.so"]) },
    idl: { sha256: sha256(fresh["milestone.json"]) },
  };
  writeFileSync(join(ARTIFACTS, "BUILD.json"), JSON.stringify(build, null, 2) + "\n");
  const listed = ["BUILD.json", "milestone.json", "milestone.so"];
  writeFileSync(
    join(ARTIFACTS, "SHA256SUMS"),
    listed.map((name) => `${sha256(readFileSync(join(ARTIFACTS, name)))}  ${name}\n`).join(""),
  );
  say(`artifacts/ holds this build: ${build.program.bytes} bytes, sha256 ${build.program.sha256}`);
}

function verify() {
  const again = "if the sources are correct, run toolchain/update-artifact and commit artifacts/";
  if (!existsSync(join(ARTIFACTS, "BUILD.json"))) fail(`artifacts/BUILD.json is missing; ${again}`);
  for (const line of readFileSync(join(ARTIFACTS, "SHA256SUMS"), "utf8").trim().split("\n")) {
    const [sum, name] = line.split("  ");
    const found = sha256(readFileSync(join(ARTIFACTS, name)));
    if (found !== sum) fail(`artifacts/${name} has sha256 ${found}, SHA256SUMS says ${sum}`);
  }
  const recorded = JSON.parse(readFileSync(join(ARTIFACTS, "BUILD.json"), "utf8"));

  if (!readFileSync(join(ARTIFACTS, "milestone.json")).equals(fresh["milestone.json"])) {
    fail(`artifacts/milestone.json is not the IDL of these sources; ${again}`);
  }
  say("the IDL matches the sources");

  const sources = sourceHash();
  if (recorded.sources.sha256 !== sources) {
    fail(
      `artifacts/ was built from other sources (${recorded.sources.sha256.slice(0, 16)}, ` +
        `here ${sources.slice(0, 16)}); ${again}`,
    );
  }
  say("the program was built from these sources");

  if (readFileSync(join(ARTIFACTS, "milestone.so")).equals(fresh["milestone.so"])) {
    say(`the program matches this build byte for byte (sha256 ${sha256(fresh["milestone.so"])})`);
    return;
  }
  const here = toolchainHere();
  const differing = [...new Set([...Object.keys(recorded.toolchain), ...Object.keys(here)])].filter(
    (key) => recorded.toolchain[key] !== here[key],
  );
  if (differing.length === 0) {
    fail(
      "the same toolchain built different bytes from the same sources: artifacts/ has " +
        `${recorded.program.sha256}, the fresh build ${sha256(fresh["milestone.so"])}`,
    );
  }
  say("NOT COMPARED: the bytes differ, and so do the toolchains:");
  for (const key of differing) {
    say(
      `  ${key}: ${recorded.toolchain[key] ?? "none"} in artifacts/, ${here[key] ?? "none"} here`,
    );
  }
  say("the suites run against the fresh build");
}

const command = process.argv[2];
if (command === "update") update();
else if (command === "verify") verify();
else fail(`unknown command ${command}; verify or update`);
