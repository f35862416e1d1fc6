import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import fc from "fast-check";
import { decodeBase58, encodeBase58 } from "../src/chain/base58";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** With zeros in front more often than chance would put them there. */
const bytes = (max: number) =>
  fc
    .tuple(fc.nat(3), fc.uint8Array({ maxLength: max }))
    .map(([zeros, rest]) => Buffer.concat([Buffer.alloc(zeros), rest]));

describe(`localnet: base58 (SEED=${SEED})`, () => {
  it("given any bytes, when written and read, then they are the same", () => {
    fc.assert(
      fc.property(bytes(100), (given) => {
        expect(decodeBase58(encodeBase58(given))).to.deep.equal(given);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });

  it("given 32 bytes, then they are written as web3.js writes an address", () => {
    const address = fc.tuple(fc.nat(4), fc.uint8Array({ minLength: 32, maxLength: 32 }));
    fc.assert(
      fc.property(address, ([zeros, given]) => {
        given.fill(0, 0, zeros);
        expect(encodeBase58(given)).to.equal(new PublicKey(given).toBase58());
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it("given a character that is not of the alphabet, then nothing is read", () => {
    for (const text of ["0", "O", "I", "l", "é", " ", "1 "]) {
      expect(decodeBase58(text)).to.equal(null);
    }
  });
});
