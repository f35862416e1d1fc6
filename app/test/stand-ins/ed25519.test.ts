/** The stand-in decides which bytes are a point of the curve as the library does that it replaces. */
import { ed25519 as library } from "@noble/curves/ed25519";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { createHash } from "node:crypto";
import { ed25519 } from "../../src/stand-ins/ed25519";

const P = 2n ** 255n - 19n;

const accepts = (curve: { ExtendedPoint: { fromHex(bytes: Uint8Array): unknown } }) => {
  return (bytes: Uint8Array): boolean => {
    try {
      curve.ExtendedPoint.fromHex(bytes);
      return true;
    } catch {
      return false;
    }
  };
};
const isPoint = accepts(ed25519);
const isPointOfLibrary = accepts(library);

/** Returns 32 bytes in little endian, with the sign of `x` in the last bit. */
function encode(y: bigint, sign: 0 | 1): Uint8Array {
  const number = y | (BigInt(sign) << 255n);
  return Uint8Array.from({ length: 32 }, (_, index) =>
    Number((number >> BigInt(8 * index)) & 0xffn),
  );
}

describe("stand-in of ed25519", () => {
  it("agrees with the library about the hashes of 500 texts", () => {
    const hashes = Array.from({ length: 500 }, (_, index) =>
      Uint8Array.from(createHash("sha256").update(`milepost ${index}`).digest()),
    );
    const accepted = hashes.filter(isPoint);
    expect(accepted).to.deep.equal(hashes.filter(isPointOfLibrary));
    expect(accepted.length).to.be.within(200, 300);
  });

  it("agrees with the library at the ends of the field, with both signs", () => {
    const ends = [0n, 1n, 2n, 3n, P - 2n, P - 1n, P, P + 1n, P + 18n];
    for (const y of ends) {
      for (const sign of [0, 1] as const) {
        const bytes = encode(y, sign);
        expect(isPoint(bytes), `${y} ${sign}`).to.equal(isPointOfLibrary(bytes));
      }
    }
  });

  it("accepts the keys of wallets and refuses addresses of programs", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const key = library.getPublicKey(new Uint8Array(32).fill(seed));
      expect(isPoint(key)).to.equal(true);
      const owner = new PublicKey(key);
      const [address] = PublicKey.findProgramAddressSync([Buffer.from([seed])], owner);
      expect(isPoint(address.toBytes())).to.equal(false);
    }
  });

  it("refuses a key that is too short or too long", () => {
    expect([31, 33].map((length) => isPoint(new Uint8Array(length)))).to.deep.equal([false, false]);
  });

  it("signs nothing", () => {
    expect(() => ed25519.sign()).to.throw(
      "This page does not support ed25519 signatures with a key of its own.",
    );
  });
});
