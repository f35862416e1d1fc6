/** `decodeInstruction` against every instruction of the IDL, as `buildInstruction` writes it. A failing run prints its seed. */
import { expect } from "chai";
import fc from "fast-check";
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { buildInstruction, type InstructionName } from "../../src/actions/build-instruction";
import { decodeInstruction } from "../../src/codec/decode-instruction";
import { PROGRAM_ID } from "../../src/constants";
import { IDL } from "../../src/generated/milestone";
import { plain, valueOfFields } from "../random-values";

const RUNS = { numRuns: 20 };
const address = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => new PublicKey(bytes));

interface Item {
  name: string;
  optional?: boolean;
}

const build = (name: string, accounts: Record<string, PublicKey | null>, args: object) =>
  buildInstruction(name as InstructionName, accounts as never, args as Record<string, unknown>);

describe("decodeInstruction", () => {
  for (const instruction of IDL.instructions) {
    const items = instruction.accounts as readonly Item[];
    const accounts = fc.record(
      Object.fromEntries(
        items.map(({ name, optional }) => [name, optional ? fc.option(address) : address]),
      ),
    );
    const args = valueOfFields(instruction.args as never).map((values) => ({ ...values }));

    it(`reads ${instruction.name} back with its accounts and arguments by name`, () => {
      fc.assert(
        fc.property(accounts, args, (given, values) => {
          const built = build(instruction.name, given, values);
          const decoded = decodeInstruction(built);
          expect(decoded?.name).to.equal(instruction.name);
          expect(plain(decoded?.args)).to.equal(plain(values));
          const named = Object.entries(decoded!.accounts).map(([name, key]) => [
            name,
            key?.toBase58() ?? null,
          ]);
          const expected = items.map(({ name }) => [name, given[name]?.toBase58() ?? null]);
          expect(named).to.deep.equal(expected);
        }),
        RUNS,
      );
    });

    it(`refuses ${instruction.name} with one byte more or less, and with one account more`, () => {
      fc.assert(
        fc.property(accounts, args, (given, values) => {
          const { programId, keys, data } = build(instruction.name, given, values);
          const changed = (bytes: Uint8Array) =>
            decodeInstruction({ programId, keys, data: Uint8Array.from(bytes) });
          expect(changed(Uint8Array.from([...data, 0]))).to.equal(null);
          expect(changed(data.subarray(0, data.length - 1))).to.equal(null);
          const more = Array.from({ length: items.length + 1 - keys.length }, () => keys[0]!);
          expect(decodeInstruction({ programId, keys: [...keys, ...more], data })).to.equal(null);
        }),
        RUNS,
      );
    });
  }

  it("refuses another program's instruction, an unknown discriminator and a missing account", () => {
    const owner = Keypair.generate().publicKey;
    const built = build("acceptAuthority", { pendingAuthority: owner, config: owner }, {});
    const { keys, data } = built;
    const other = new TransactionInstruction({ programId: owner, keys, data });
    expect(decodeInstruction(other)).to.equal(null);
    expect(decodeInstruction(other, owner)?.name).to.equal("acceptAuthority");
    const unknown = { programId: PROGRAM_ID, keys, data: new Uint8Array(8) };
    expect(decodeInstruction(unknown)).to.equal(null);
    expect(decodeInstruction({ programId: PROGRAM_ID, keys: keys.slice(1), data })).to.equal(null);
  });
});
