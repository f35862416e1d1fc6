/** `make audit` accepts this checkout, and finds each fault that is planted into a lock file. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";

const ROOT = join(__dirname, "..", "..");
const CHECKSUM = `sha512-${"A".repeat(86)}==`;
const CRATES = "registry+https://github.com/rust-lang/crates.io-index";

const sound = { version: "1.2.3", integrity: CHECKSUM, license: "MIT" };

function audit(...args: string[]) {
  const script = join(ROOT, "toolchain/audit.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, findings: stderr.split("\n").filter((line) => line !== "") };
}

describe("dependency audit", () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "milepost-audit-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function plant(file: string, text: string): void {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
  function plantLock(packages: Record<string, object>, lockfileVersion = 3): void {
    plant("package-lock.json", JSON.stringify({ lockfileVersion, packages }));
  }

  it("accepts this checkout", () => {
    const { status, stdout, findings } = audit();
    expect(findings).to.deep.equal([]);
    expect(status).to.equal(0);
    expect(stdout).to.match(
      /^audit: \d{3,} npm packages and \d{2,} crates in 4 lock files, 0 findings/,
    );
  });

  it("accepts sound packages, workspaces and binaries of other platforms", () => {
    plantLock({
      "": { dependencies: { good: "^1.2.3", other: "~1.2 || 2.x", "@milepost/sdk": "0.1.0" } },
      sdk: { version: "0.1.0", dependencies: { alias: "npm:@scope/good@1.2.3" } },
      "node_modules/@milepost/sdk": { resolved: "sdk", link: true },
      "node_modules/good": {
        ...sound,
        resolved: "https://registry.npmjs.org/good/-/good-1.2.3.tgz",
      },
      "node_modules/good/node_modules/choice": { ...sound, license: "(GPL-3.0-only OR MIT)" },
      "node_modules/binary-darwin-arm64": { version: "1.2.3", optional: true, os: ["darwin"] },
    });
    expect(audit(directory)).to.include({ status: 0 });
  });

  const faults: [string, object, RegExp][] = [
    [
      "an install script",
      { ...sound, hasInstallScript: true },
      /runs a script when it is installed/,
    ],
    [
      "a git URL",
      { ...sound, resolved: "git+ssh://git@github.com/a/planted.git#0123abc" },
      /comes from git\+ssh:\/\/.*, not from the registry/,
    ],
    [
      "another registry",
      { ...sound, resolved: "https://registry.example.com/planted-1.2.3.tgz" },
      /not from the registry/,
    ],
    ["no checksum", { version: "1.2.3", license: "MIT" }, /has no sha512 checksum/],
    ["a weak checksum", { ...sound, integrity: "sha1-AAAA" }, /has no sha512 checksum/],
    ["no exact version", { ...sound, version: "^1.2.3" }, /has no exact version: \^1\.2\.3/],
    ["a license that is not accepted", { ...sound, license: "GPL-3.0-only" }, /GPL-3\.0-only/],
    ["one such license of two", { ...sound, license: "MIT AND SSPL-1.0" }, /SSPL-1\.0/],
    ["no license", { ...sound, license: undefined }, /names no license/],
  ];
  for (const [fault, entry, text] of faults) {
    it(`given a package with ${fault} then it fails and names the package`, () => {
      plantLock({ "node_modules/good": sound, "node_modules/planted": entry });
      const { status, findings } = audit(directory);
      expect(status).to.equal(1);
      expect(findings).to.have.length(1);
      expect(findings[0]).to.match(text).and.include("package-lock.json: node_modules/planted ");
    });
  }

  it("given an installed package with a script that the lock does not mention then it fails", () => {
    plantLock({ "node_modules/planted": sound });
    plant("node_modules/planted/package.json", '{"scripts":{"postinstall":"node steal.js"}}');
    expect(audit(directory).findings.join()).to.match(/planted runs a script when it is installed/);
  });

  it("given the name of a package with an accepted script in another version then it fails", () => {
    plantLock({ "node_modules/esbuild": { ...sound, hasInstallScript: true } });
    expect(audit(directory).status).to.equal(1);
  });

  const ranges = ["*", "latest", "github:a/b", "git+https://example.com/a.git", "https://a/b.tgz"];
  for (const range of [...ranges, "file:../planted"]) {
    it(`given a dependency on ${range} then it fails`, () => {
      plantLock({ "": { devDependencies: { planted: range } } });
      expect(audit(directory).findings.join()).to.include(`asks for planted@${range}`);
    });
  }

  it("given a lock file of an older npm then it fails", () => {
    plantLock({}, 1);
    expect(audit(directory).status).to.equal(1);
  });

  it("given no lock file then it fails", () => {
    expect(audit(directory).status).to.equal(1);
  });

  const crate = (source: string, checksum: string) =>
    `version = 4\n\n[[package]]\nname = "planted"\nversion = "1.0.0"\nsource = "${source}"\n${checksum}`;

  it("given a crate from git then it fails, and from crates.io with a checksum it does not", () => {
    const checksum = `checksum = "${"a".repeat(64)}"\n`;
    plant("Cargo.lock", crate(CRATES, checksum));
    expect(audit(directory).status).to.equal(0);
    plant("Cargo.lock", crate("git+https://github.com/a/planted?rev=0#0", ""));
    expect(audit(directory).findings).to.have.length(2);
  });
});
