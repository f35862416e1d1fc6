/** docs/errors.md against the program's IDL and the SDK's catalogue. */
import { expect } from "chai";
import { MilestoneClient, MilepostErrorCode } from "@milepost/sdk";
import { World } from "../world";
import { PROGRAM_COLUMNS, programErrorRows, SDK_COLUMNS, sdkErrorRows } from "./errors-page";
import { codeBlocks, openPage, table } from "./page";
import { run, type Surroundings, typeErrors } from "./snippet";

describe("docs/errors.md", () => {
  const page = openPage("docs/errors.md");

  it("lists the program's errors in order, with the SDK's fixes (npm run errors-page)", () => {
    const expected = programErrorRows();
    for (const [, name, , fix] of expected) expect(fix, `${name} has no fix`).to.not.equal("");
    expect(table(page, ...PROGRAM_COLUMNS)).to.deep.equal(expected);
  });

  it("lists every code of the SDK with its description and what to do (npm run errors-page)", () => {
    const rows = table(page, ...SDK_COLUMNS);
    expect(rows.map((row) => row.slice(0, 3))).to.deep.equal(sdkErrorRows());
    const listed = rows.map(([code, name]) => [name, Number(code)]);
    expect(Object.fromEntries(listed)).to.deep.equal(MilepostErrorCode);
    for (const [, name, , what] of rows) expect(what, name).to.match(/.{5}/).and.not.equal("TODO");
  });

  it("has a snippet that prints an error's name and fix", async () => {
    const world = await World.create();
    const { address } = await world.createPolicy();
    const client = new MilestoneClient(world.chain.connection, world.people.stranger);
    const surroundings: Surroundings = {
      sdk: { type: 'import("@milepost/sdk").MilestoneClient', value: client },
      policy: { type: "PublicKey", value: address },
    };
    const [code = "", ...others] = codeBlocks("ts", page.text);
    expect(others).to.deep.equal([]);
    expect(typeErrors(code, surroundings), code).to.deep.equal([]);
    const { printed } = await run(code, surroundings);
    const [, , , fix] = programErrorRows().find(([, name]) => name === "PaymentNotDue") ?? [];
    expect(printed).to.deep.equal([`PaymentNotDue ${fix}`]);
  });
});
