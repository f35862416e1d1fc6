/** The reporter of the suites writes what a failed test said, down to the first cause. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const ROOT = join(__dirname, "..", "..");

describe("reporter of the suites", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "milepost-reporter-"))));
  afterEach(() => rmSync(directory, { recursive: true }));

  /** Runs one test whose body is `body`; returns what the reporter wrote. */
  function report(body: string): {
    passed: number;
    failed: number;
    skipped: number;
    failedTests: { title: string; error: string }[];
  } {
    const suite = join(directory, "planted.cjs");
    const counts = join(directory, "planted.counts");
    writeFileSync(suite, `describe("planted", () => it("test", () => { ${body} }));`);
    const mocha = join(ROOT, "node_modules/mocha/bin/mocha.js");
    const reporter = join(ROOT, "toolchain/reporter.cjs");
    spawnSync(process.execPath, [mocha, "--no-config", "--reporter", reporter, suite], {
      cwd: ROOT,
      env: { ...process.env, MILEPOST_COUNTS: counts },
    });
    return JSON.parse(readFileSync(counts, "utf8"));
  }

  it("counts a test that passes", () => {
    expect(report("")).to.deep.equal({ passed: 1, failed: 0, skipped: 0, failedTests: [] });
  });

  it("writes every cause of an error, the first one last", () => {
    const { failed, failedTests } = report(
      `const broken = new Error("no way out"); const between = new TypeError("between", { cause: broken });
       throw new Error("Property failed", { cause: between });`,
    );
    expect([failed, failedTests.map(({ title }) => title)]).to.deep.equal([1, ["planted test"]]);
    const { error } = failedTests[0]!;
    expect(error).to.match(
      /^Error: Property failed\n[^]*\nCaused by: TypeError: between\n[^]*\nCaused by: Error: no way out\n/,
    );
    expect(error).to.contain("planted.cjs:1");
  });

  it("writes a cause that is not an error, and ends at a cause that points back", () => {
    expect(
      report(`throw new Error("refused", { cause: { code: 409 } });`).failedTests[0]!.error,
    ).to.match(/^Error: refused\n[^]*\nCaused by: \{ code: 409 \}$/);
    const { error } = report(`const a = new Error("a"); a.cause = a; throw a;`).failedTests[0]!;
    expect(error.match(/Error: a\n/g)).to.have.lengthOf(1);
  });
});
