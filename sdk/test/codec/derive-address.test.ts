import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { deriveAddress, type Seed } from "../../src/codec/derive-address";
import { PROGRAM_ID, TOKEN_PROGRAM_ID } from "../../src/constants";

const bytesOf = (seed: Seed): Uint8Array =>
  typeof seed === "string"
    ? new TextEncoder().encode(seed)
    : seed instanceof Uint8Array
      ? seed
      : seed.toBytes();

describe("derived addresses", () => {
  const lists: Seed[][] = [
    ["config"],
    ["con", "fig"],
    ["conf", "ig"],
    ["gateway", TOKEN_PROGRAM_ID],
    [TOKEN_PROGRAM_ID],
    ["payment_policy", PROGRAM_ID, Uint8Array.of(1, 0, 0, 0)],
    ["payment_policy", PROGRAM_ID, Uint8Array.of(2, 0, 0, 0)],
    [Uint8Array.of(1), Uint8Array.of(0, 0)],
    [Uint8Array.of(1, 0), Uint8Array.of(0)],
  ];

  for (const programId of [PROGRAM_ID, TOKEN_PROGRAM_ID]) {
    it(`are those of web3.js, at the first call and later, for the program ${programId.toBase58()}`, () => {
      for (const round of [1, 2]) {
        for (const seeds of lists) {
          const expected = PublicKey.findProgramAddressSync(seeds.map(bytesOf), programId);
          const found = deriveAddress(seeds, programId);
          expect([String(found[0]), found[1]], `${round}`).to.deep.equal([
            String(expected[0]),
            expected[1],
          ]);
        }
      }
    });
  }

  it("belong to the caller: a changed answer does not change the next one", () => {
    const first = deriveAddress(["config"], PROGRAM_ID);
    first[1] = 0;
    expect(deriveAddress(["config"], PROGRAM_ID)[1]).to.not.equal(0);
  });

  it("refuse a seed of more than 32 bytes, each time", () => {
    const derive = () => deriveAddress([new Uint8Array(33)], PROGRAM_ID);
    expect(derive).to.throw(TypeError, "Max seed length exceeded");
    expect(derive).to.throw(TypeError, "Max seed length exceeded");
  });
});
