/** G10: evidence is verified only where three hashes agree, and only images that were verified are shown. */
import { expect } from "chai";
import {
  type EvidenceVerdict,
  mayShow,
  namesFile,
  VERDICT_WORDS,
  verdictOf,
} from "../../src/screens/project/rules/evidence";

const AGREED = { computed: "f1", stored: "f1", manifest: "m1", chain: "m1" };

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0);
const WEBP = new TextEncoder().encode("RIFF....WEBP");
const SVG = new TextEncoder().encode("<svg onload=alert(1)>");

describe("evidence of a project", () => {
  it("is verified where file, record and chain agree", () => {
    expect(verdictOf(AGREED, true)).to.equal("verified");
  });

  const CASES: [
    string,
    Partial<typeof AGREED> | { [name: string]: null },
    boolean,
    EvidenceVerdict,
  ][] = [
    ["was not downloaded", { computed: null }, true, "unchecked"],
    ["has no hashed manifest", { manifest: null }, true, "unchecked"],
    ["has other bytes", { computed: "f2" }, true, "file_differs"],
    ["has other bytes that are recorded nowhere", { stored: "f2" }, true, "file_differs"],
    ["is not on chain", { chain: null }, true, "not_on_chain"],
    ["has another hash on chain", { chain: "m2" }, true, "manifest_differs"],
    ["was replaced by a later submission", { chain: "m2" }, false, "replaced"],
  ];
  for (const [what, change, isNewest, verdict] of CASES) {
    it(`is ${verdict} where the file ${what}`, () => {
      expect(verdictOf({ ...AGREED, ...change }, isNewest)).to.equal(verdict);
    });
  }

  it("has words and a sign for every verdict", () => {
    for (const { label, text } of Object.values(VERDICT_WORDS)) {
      expect(label).to.not.equal("");
      expect(text).to.match(/\.$/);
    }
  });

  for (const [mediaType, bytes] of [
    ["image/png", PNG],
    ["image/jpeg", JPEG],
    ["image/webp", WEBP],
  ] as const) {
    it(`shows a verified ${mediaType}`, () => {
      expect(mayShow({ mediaType, size: bytes.length }, "verified", bytes)).to.be.true;
    });

    it(`does not show a ${mediaType} with any other verdict`, () => {
      for (const verdict of Object.keys(VERDICT_WORDS) as EvidenceVerdict[]) {
        if (verdict === "verified") continue;
        expect(mayShow({ mediaType, size: bytes.length }, verdict, bytes)).to.be.false;
      }
    });
  }

  it("shows nothing that could be active, nor an image whose bytes say otherwise", () => {
    for (const mediaType of [
      "image/svg+xml",
      "text/html",
      "application/pdf",
      "image/gif",
      "text/plain",
    ]) {
      expect(mayShow({ mediaType, size: 10 }, "verified", SVG)).to.be.false;
    }
    expect(mayShow({ mediaType: "image/png", size: 10 }, "verified", SVG)).to.be.false;
    expect(mayShow({ mediaType: "image/png", size: 10 }, "verified", JPEG)).to.be.false;
    expect(mayShow({ mediaType: "image/png", size: 30_000_000 }, "verified", PNG)).to.be.false;
  });

  it("finds a file in its manifest by name, hash, size and type", () => {
    const entry = { name: "a.png", sha256: "ab", size: 3, mediaType: "image/png" };
    const file = { fileId: "file_1", ...entry };
    const manifest = JSON.stringify({ files: [entry], type: "milepost/evidence/1" });
    expect(namesFile(manifest, file)).to.be.true;
    for (const change of [
      { name: "b.png" },
      { sha256: "ac" },
      { size: 4 },
      { mediaType: "text/plain" },
    ]) {
      expect(namesFile(manifest, { ...file, ...change })).to.be.false;
    }
    expect(namesFile("no JSON", file)).to.be.false;
  });
});
