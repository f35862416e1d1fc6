import { expect } from "chai";
import fc from "fast-check";
import { AddressLookupTableAccount, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TransactionRoom } from "../../src/batch/room";
import { transactionSize } from "../../src/batch/size";
import { MAX_TRANSACTION_SIZE } from "../../src/constants";

/** Few, so that instructions, payer and tables name the same ones. */
const ADDRESSES = Array.from({ length: 40 }, (_, index) => {
  return new PublicKey(Buffer.alloc(32, index + 1));
});
const address = fc.constantFrom(...ADDRESSES);

const instruction = fc
  .record({
    programId: fc.constantFrom(...ADDRESSES.slice(0, 4)),
    keys: fc.array(
      fc.record({
        pubkey: address,
        isSigner: fc.integer({ max: 9, min: 0 }).map((one) => one === 0),
        isWritable: fc.boolean(),
      }),
      { maxLength: 12 },
    ),
    data: fc.integer({ min: 0, max: 200 }).map((length) => Buffer.alloc(length)),
  })
  .map((fields) => new TransactionInstruction(fields));

const tables = fc.array(fc.uniqueArray(address, { maxLength: 30 }), { maxLength: 3 }).map((lists) =>
  lists.map(
    (addresses, index) =>
      new AddressLookupTableAccount({
        key: new PublicKey(Buffer.alloc(32, 200 + index)),
        state: {
          deactivationSlot: 2n ** 64n - 1n,
          lastExtendedSlot: 0,
          lastExtendedSlotStartIndex: 0,
          addresses,
        },
      }),
  ),
);

describe("TransactionRoom", () => {
  it("given any instructions and tables, then bytes and accounts are those of the compiled transaction", () => {
    let fitting = 0;
    let refused = 0;
    fc.assert(
      fc.property(
        address,
        tables,
        fc.array(fc.array(instruction, { maxLength: 2 }), { maxLength: 12 }),
        (payer, lookupTables, steps) => {
          let room = TransactionRoom.of(payer, lookupTables);
          for (let end = 1; end <= steps.length; end += 1) {
            room = room.with(steps[end - 1]!);
            const all = steps.slice(0, end).flat();
            const size = transactionSize(payer, all, lookupTables);
            if (size === null) {
              refused += 1;
              expect(room.size).to.be.greaterThan(MAX_TRANSACTION_SIZE);
            } else {
              fitting += 1;
              expect(room.size).to.equal(size);
            }
            const named = all.flatMap(({ programId, keys }) => [
              programId,
              ...keys.map(({ pubkey }) => pubkey),
            ]);
            expect(room.accounts).to.equal(new Set([payer, ...named].map(String)).size);
          }
        },
      ),
    );
    expect(Math.min(fitting, refused)).to.be.greaterThan(50);
  });

  it("given another instruction, then the room before it is as it was", () => {
    const [payer, program] = ADDRESSES;
    const before = TransactionRoom.of(payer!, []);
    const size = before.size;
    before.with([new TransactionInstruction({ programId: program!, keys: [] })]);
    expect([before.size, before.accounts]).to.deep.equal([size, 1]);
  });
});
