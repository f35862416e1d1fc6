import { expect } from "chai";
import { extensionSymbol, metaplexSymbol } from "../../src/screens/create/token-symbol";

/** Writes a text behind its length of four bytes. */
function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [bytes.length & 255, bytes.length >> 8, 0, 0, ...bytes];
}
const zeros = (length: number) => new Array<number>(length).fill(0);

/** Writes a mint of Token-2022 with one extension before its metadata. */
function mintWith(symbol: string): Uint8Array {
  const metadata = [...zeros(64), ...text("Name"), ...text(symbol), ...text("uri"), ...zeros(4)];
  const other = [3, 0, 32, 0, ...zeros(32)];
  const head = [19, 0, metadata.length & 255, metadata.length >> 8];
  return Uint8Array.from([...zeros(166), ...other, ...head, ...metadata]);
}

describe("the symbol of a token", () => {
  it("is read out of a mint's own metadata", () => {
    expect(extensionSymbol(mintWith("PYUSD"))).to.equal("PYUSD");
  });

  it("is read out of a metadata account, which pads it with zeros", () => {
    const data = Uint8Array.from([4, ...zeros(64), ...text("Name\0\0"), ...text("BONK\0\0\0\0")]);
    expect(metaplexSymbol(data)).to.equal("BONK");
  });

  it("is null for a mint without metadata, and for a cut account", () => {
    expect(extensionSymbol(Uint8Array.from(zeros(82)))).to.equal(null);
    expect(extensionSymbol(Uint8Array.from([...zeros(166), 19, 0, 200, 0]))).to.equal(null);
    expect(metaplexSymbol(Uint8Array.from([4, ...zeros(64), 255, 255, 255, 255]))).to.equal(null);
  });

  for (const [issued, shown] of [
    ["<b>USDC</b>", "bUSDCb"],
    ["US\u202eDC", "USDC"],
    ["1,000 USDC", "1000USDC"],
    ["A".repeat(40), "A".repeat(10)],
    ["\u200b ", null],
  ] as const) {
    it(`keeps only letters and digits of ${JSON.stringify(issued)}`, () => {
      expect(extensionSymbol(mintWith(issued))).to.equal(shown);
    });
  }
});
