/** The decision records: each has the form, and the index has each. */
import { expect } from "chai";
import { allPages, openPage } from "./page";

const RECORD = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/;

describe("docs/decisions", () => {
  const index = openPage("docs/decisions/README.md").text;
  const records = allPages().filter(({ file }) => RECORD.test(file));

  it("gives each record its own number", () => {
    const numbers = records.map(({ file }) => RECORD.exec(file)?.[1]);
    expect(new Set(numbers).size).to.equal(records.length);
  });

  for (const { file, text } of records) {
    it(`has a status, a context, a decision and consequences in ${file}`, () => {
      const number = RECORD.exec(file)?.[1];
      expect(text).to.match(
        new RegExp(`^# ${number}: .+\n\nStatus: [a-z]+, \\d{4}-\\d\\d-\\d\\d\\.`),
      );
      const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
      const form = headings.filter((heading) =>
        ["Context", "Decision", "Consequences"].includes(heading ?? ""),
      );
      expect(form).to.deep.equal(["Context", "Decision", "Consequences"]);
      expect(index, "the index").to.include(`](${file.replace("docs/decisions/", "")})`);
    });
  }
});
