/** `@milepost/sdk/rules` as applications without web3.js use it. */
import { join } from "node:path";
import BN from "bn.js";
import { expect } from "chai";
import { build } from "esbuild";
import * as everything from "../../src";
import { programErrorText } from "../../src/errors/program";
import { PROGRAM_ERRORS } from "../../src/generated/errors";
import * as rules from "../../src/rules-entry";

describe("the rules entry", () => {
  it("loads no package except bn.js", async () => {
    const { metafile } = await build({
      entryPoints: [join(__dirname, "../../src/rules-entry.ts")],
      ...{ bundle: true, write: false, metafile: true, packages: "external", format: "esm" },
      logLevel: "silent",
    });
    const imported = Object.values(metafile.inputs).flatMap(({ imports }) =>
      imports.filter(({ path, external }) => external && !path.startsWith(".")),
    );
    expect(new Set(imported.map(({ path }) => path))).to.deep.equal(new Set(["bn.js"]));
  });

  it("exports the same functions as the package itself", () => {
    const whole: Record<string, unknown> = { ...everything };
    // `parseMint`, `parseTokenAccount` and `decodeEvents` wrap them for web3.js.
    const own = ["readMint", "readTokenAccount", "readProgramData"];
    for (const [name, value] of Object.entries(rules)) {
      if (!own.includes(name)) expect(value, name).to.equal(whole[name]);
    }
  });

  it("decides on a schedule without an address", () => {
    const schedule = rules.toMilestoneSchedule([1n, 2n], [], 0);
    expect(schedule.escrowAmount.eq(new BN(3))).to.equal(true);
  });

  it("has a text and a fix for every error of the program, and none for another code", () => {
    for (const { code, name, msg } of PROGRAM_ERRORS) {
      const text = programErrorText(code);
      expect(text).to.include({ code, name, message: msg });
      expect(text!.fix, name).to.match(/\.$/);
    }
    expect(programErrorText(5999)).to.equal(null);
  });
});
