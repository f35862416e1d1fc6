/** Links in texts of users. */
import { expect } from "chai";
import fc from "fast-check";
import { linkParts } from "../../src/format/link-parts";

describe("links in texts of users", () => {
  it("finds http and https, without the sign that ends the sentence", () => {
    expect(linkParts("See https://example.com/a?b=1, (http://x.test).")).to.deep.equal([
      { text: "See " },
      { text: "https://example.com/a?b=1", href: "https://example.com/a?b=1" },
      { text: ", (" },
      { text: "http://x.test", href: "http://x.test/" },
      { text: ")." },
    ]);
  });

  for (const text of [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "JaVaScRiPt://x%0aalert(1)",
    "https://bank.example@evil.example",
    "https://",
    "vbscript:x",
    "<a href=javascript:alert(1)>x</a>",
  ]) {
    it(`keeps ${text} a text`, () => {
      expect(linkParts(text)).to.deep.equal([{ text }]);
    });
  }

  it("loses no character of any text", () => {
    const words = [
      "https://a.test/b?c=d",
      "http://x",
      "javascript:1",
      "é",
      " ",
      ".",
      "<",
      "https://u@h",
    ];
    const text = fc
      .array(fc.oneof(fc.string(), fc.constantFrom(...words)))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (value) => {
        const parts = linkParts(value);
        expect(parts.map((part) => part.text).join("")).to.equal(value);
        for (const { href } of parts) if (href) expect(href).to.match(/^https?:\/\//);
      }),
    );
  });
});
