import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { type EvidenceFile, ManifestError, manifestText } from "../../src/files/manifest";
import { manifestHash } from "../../src/files/manifest-hash";

const file = (changes: Partial<EvidenceFile> = {}): EvidenceFile => ({
  name: "sink.jpg",
  sha256: "ab".repeat(32),
  size: 48_213,
  mediaType: "image/jpeg",
  ...changes,
});

describe("evidence manifest", () => {
  it("is canonical JSON of RFC 8785, and its hash is that of the UTF-8 text", () => {
    const files = [file({ name: "Spüle €.jpg" }), file({ sha256: "01".repeat(32), name: 'a"b' })];
    const text =
      `{"files":[{"mediaType":"image/jpeg","name":"a\\"b","sha256":"${"01".repeat(32)}","size":48213},` +
      `{"mediaType":"image/jpeg","name":"Spüle €.jpg","sha256":"${"ab".repeat(32)}","size":48213}],"type":"milepost/evidence/1"}`;
    expect(manifestText(files)).to.equal(text);
    expect(manifestHash(files)).to.equal(createHash("sha256").update(text, "utf8").digest("hex"));
  });

  it("given the same files in any order then the same text, and given another byte anywhere then another", () => {
    const hex = fc.string({
      unit: fc.constantFrom(..."0123456789abcdef"),
      minLength: 64,
      maxLength: 64,
    });
    const any = fc.record({
      name: fc.string({ minLength: 1, unit: "grapheme" }),
      sha256: hex,
      size: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1 }),
      mediaType: fc.constantFrom("image/png", "application/pdf"),
    });
    const lists = fc.uniqueArray(any, {
      minLength: 1,
      maxLength: 50,
      selector: ({ name, sha256 }) => `${sha256}/${name}`,
    });
    fc.assert(
      fc.property(
        lists.chain((files) =>
          fc.tuple(
            fc.constant(files),
            fc.shuffledSubarray(files, { minLength: files.length, maxLength: files.length }),
            fc.nat(files.length - 1),
          ),
        ),
        ([files, shuffled, index]) => {
          const text = manifestText(files);
          expect(manifestText(shuffled)).to.equal(text);
          expect(JSON.parse(text).files).to.have.length(files.length);
          for (const change of [
            { name: `${files[index]!.name}.` },
            { size: files[index]!.size + 1 },
            { mediaType: "text/plain" },
          ]) {
            const changed = files.map((each, at) => (at === index ? { ...each, ...change } : each));
            expect(manifestText(changed)).not.to.equal(text);
          }
        },
      ),
      { verbose: true },
    );
  });

  const refusals: [string, EvidenceFile[], string][] = [
    ["no file", [], "expected 1 to 50 files, received 0"],
    [
      "51 files",
      Array.from({ length: 51 }, (_, index) => file({ name: `${index}` })),
      "expected 1 to 50 files, received 51",
    ],
    ["a file twice", [file(), file()], '"sink.jpg" is in the list twice'],
    [
      "a hash in upper case",
      [file({ sha256: "AB".repeat(32) })],
      "expected 64 lower-case hexadecimal digits",
    ],
    ["a size of zero", [file({ size: 0 })], "expected a number of bytes above zero"],
    ["half a character", [file({ name: "\ud83d.jpg" })], "expected well-formed text"],
  ];
  for (const [title, files, message] of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => manifestText(files)).to.throw(ManifestError, message);
    });
  }
});
