import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import fc from "fast-check";
import { decodeBase58, encodeBase58 } from "../../src/chain/base58";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Bytes that start with zeros more often than random ones do. */
const bytes = (max: number) =>
  fc
    .tuple(fc.nat(3), fc.uint8Array({ maxLength: max }))
    .map(([zeros, rest]) => Buffer.concat([Buffer.alloc(zeros), rest]));

describe(`localnet: base58 (SEED=${SEED})`, () => {
  it("decodes what it encoded to the same bytes", () => {
    fc.assert(
      fc.property(bytes(100), (given) => {
        expect(decodeBase58(encodeBase58(given))).to.deep.equal(given);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it("encodes 32 bytes as web3.js encodes an address", () => {
    const address = fc.tuple(fc.nat(4), fc.uint8Array({ minLength: 32, maxLength: 32 }));
    fc.assert(
      fc.property(address, ([zeros, given]) => {
        given.fill(0, 0, zeros);
        expect(encodeBase58(given)).to.equal(new PublicKey(given).toBase58());
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("decodes nothing from a text with a character outside the alphabet", () => {
    for (const text of ["0", "O", "I", "l", "é", " ", "1 "]) {
      expect(decodeBase58(text)).to.equal(null);
    }
  });
});
