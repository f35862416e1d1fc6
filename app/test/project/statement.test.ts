/** The money statement: every unit is somewhere, and a spreadsheet runs nothing. */
import { expect } from "chai";
import { toCsv } from "../../src/format/csv";
import { statementAdds, statementRows, unitsOf } from "../../src/screens/project/rules/statement";
import { buildStatement } from "./build-project";

describe("statement of a project", () => {
  it("adds up to the last unit", () => {
    expect(statementAdds(buildStatement())).to.be.true;
  });

  it("does not add up where one unit is missing", () => {
    const statement = buildStatement();
    const [first, second] = statement.milestones;
    const off = { ...statement, milestones: [{ ...first!, refunded: "122.999999" }, second!] };
    expect(statementAdds(off)).to.be.false;
    expect(statementAdds({ ...statement, funded: "820.000001" })).to.be.false;
  });

  it("does not add up where a vault says otherwise", () => {
    const vault = {
      policy: "policy",
      vault: "vault",
      funded: "820.00",
      paid: "184.50",
      refunded: "123.00",
      outstanding: "512.50",
      vaultBalance: "512.50",
    };
    const of = (matches: boolean) => buildStatement({ chain: [{ ...vault, matches }] });
    expect(statementAdds(of(true))).to.be.true;
    expect(statementAdds(of(false))).to.be.false;
  });

  it("has a row per milestone and the sums at the end", () => {
    const rows = statementRows(buildStatement());
    expect(rows).to.have.lengthOf(4);
    expect(rows[0]!.slice(0, 4)).to.deep.equal(["Milestone", "Currency", "Paid in", "In escrow"]);
    expect(rows.at(-1)!.slice(0, 4)).to.deep.equal(["Total", "USDC", "820.00", "512.50"]);
  });

  it("writes a title that looks like a formula as a text", () => {
    expect(toCsv(statementRows(buildStatement()))).to.contain('"2 =HYPERLINK(""http://x"")"');
  });

  it("reads amounts exactly and refuses other texts", () => {
    expect(unitsOf("18446744073709.551615", 6)).to.equal(18_446_744_073_709_551_615n);
    for (const text of ["", "1,5", "1e3", "-1", "0.0000001"]) {
      expect(() => unitsOf(text, 6)).to.throw(
        `expected an amount with at most 6 digits, received "${text}"`,
      );
    }
  });
});
