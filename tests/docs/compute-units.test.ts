/** docs/compute-units.md against a fresh measurement. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { measureBatch, measureInstructions } from "../bench/measure";
import { programPath, selectedRuntime } from "../harness";
import { openPage, ROOT, table } from "./page";

describe("docs/compute-units.md", () => {
  const page = openPage("docs/compute-units.md");
  const runtime = selectedRuntime();
  // Another compiler makes other instructions of the same source, so its build gets some room.
  const isCommitted = readFileSync(programPath()).equals(
    readFileSync(path.join(ROOT, "artifacts/milestone.so")),
  );
  const tolerance = isCommitted ? 0 : 0.02;

  it(`lists every measurement on ${runtime}`, async () => {
    const rows = table(
      page,
      "instruction",
      "litesvm total",
      "litesvm own",
      "bankrun total",
      "bankrun own",
    );
    const measured = await measureInstructions(runtime);
    expect(rows.map(([name]) => name)).to.have.members(measured.map(({ name }) => name));
    const column = runtime === "litesvm" ? 1 : 3;
    for (const { name, cu, own_cu } of measured) {
      const row = rows.find(([candidate]) => candidate === name) ?? [];
      expect(Number(row[column]), `${name}, total`).to.be.closeTo(cu, cu * tolerance);
      expect(Number(row[column + 1]), `${name}, own`).to.be.closeTo(own_cu, own_cu * tolerance);
    }
  });

  if (runtime === "litesvm") {
    it("says how many policies one transaction executes with a lookup table", async () => {
      const [, count] = /executes (\d+) different policies/.exec(page.text) ?? [];
      expect(await measureBatch(runtime)).to.equal(Number(count));
    });
  }
});
