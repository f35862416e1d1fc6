/** CSV without formulas. */
import { expect } from "chai";
import fc from "fast-check";
import { fileNameOf, toCsv } from "../../src/format/csv";

describe("CSV of the page", () => {
  for (const text of ["=1+1", "+1+1", "-1+1", "@SUM(A1)", " =1", "\ufeff=1", "＝1", "|x", "%0A"]) {
    it(`makes ${JSON.stringify(text)} a text`, () => {
      expect(toCsv([[text]])).to.equal(`"'${text}"\r\n`);
    });
  }

  it("keeps negative numbers and plain texts", () => {
    expect(toCsv([["-1.50", "300.00", 'a "b", c', null, 3n]])).to.equal(
      '"-1.50","300.00","a ""b"", c","","3"\r\n',
    );
  });

  for (const [text, safe] of [
    ["\t=1", "'\t'=1"],
    ["\r=1", "'\r'=1"],
    ["Paint;=1+1", "Paint;'=1+1"],
    ["Paint; -5 %", "Paint;' -5 %"],
    ["Paint\r\n@SUM(A1)", "Paint\r'\n'@SUM(A1)"],
    ['Paint\t=HYPERLINK("x")', `Paint\t'=HYPERLINK(""x"")`],
  ]) {
    it(`makes a formula a text where another country's spreadsheet splits ${JSON.stringify(text)}`, () => {
      expect(toCsv([[text!]])).to.equal(`"${safe}"\r\n`);
    });
  }

  it("leaves no part that begins like a formula, at whatever separator a spreadsheet splits", () => {
    const texts = fc.string({ unit: fc.constantFrom(..."=+-@;,\t\r\n \"'x1") });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (cells) => {
        const row = toCsv([cells.filter((cell) => !/^-?\d+$/.test(cell))]);
        for (const [, cell] of row.matchAll(/"((?:[^"]|"")*)"(?:,|\r\n$)/gs)) {
          for (const part of cell!.split(/[;\t\r\n]/)) {
            expect(part).to.not.match(/^[\s\ufeff]*[=+\-@]/);
          }
        }
      }),
    );
  });

  it("gives back every cell without a formula, a semicolon, a tab and a line break", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
        const cells = texts.map((text) => `x${text.replace(/[;\t\r\n]/g, "")}`);
        const row = toCsv([cells]).slice(0, -2);
        const read = [...row.matchAll(/"((?:[^"]|"")*)"(?:,|$)/gs)].map(([, cell]) =>
          cell!.replaceAll('""', '"'),
        );
        expect(read).to.deep.equal(cells);
      }),
    );
  });

  it("names a file without characters that a file system refuses", () => {
    expect(fileNameOf("Kitchen / 12 Elm: ../..")).to.equal("Kitchen-12-Elm.csv");
    expect(fileNameOf("...")).to.equal("milepost.csv");
  });
});
