/** The harness itself: both runtimes must answer alike, and its checks must fail when they should. */
import { readFileSync } from "node:fs";
import { createApproveInstruction, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import {
  Keypair,
  PublicKey,
  SystemProgram,
  SYSVAR_CLOCK_PUBKEY,
  TransactionInstruction,
} from "@solana/web3.js";
import { expect } from "chai";
import {
  Chain,
  computeUse,
  createMint,
  createTokenAccount,
  describeTransactionError,
  expectError,
  expectUnchanged,
  fixedKeypair,
  INSTRUCTION_ERROR_NAMES,
  parseTransactionError,
  programDataAddress,
  PROGRAM_ID,
  readTokenAccount,
  rejection,
  RUNTIME_NAMES,
  SendResult,
  snapshot,
  startChain,
  TRANSACTION_ERROR_NAMES,
  START_TIME,
} from ".";

const transfer = (chain: Chain, to: PublicKey, lamports: number): TransactionInstruction =>
  SystemProgram.transfer({ fromPubkey: chain.payer.publicKey, toPubkey: to, lamports });

const fresh = (): PublicKey => Keypair.generate().publicKey;

for (const runtime of RUNTIME_NAMES) {
  describe(`harness on ${runtime}`, () => {
    let chain: Chain;
    beforeEach(async () => {
      chain = await startChain({ runtime });
    });

    it("given the program under the upgradeable loader when called then its own code answers", async () => {
      const data = await chain.getAccount(programDataAddress());
      expect(data?.data.subarray(13, 45)).to.deep.equal(
        chain.upgradeAuthority.publicKey.toBuffer(),
      );
      const { ok, logs } = await chain.send(
        new TransactionInstruction({ programId: PROGRAM_ID, keys: [], data: Buffer.alloc(8, 255) }),
      );
      expect(ok).to.equal(false);
      expect(logs[0]).to.equal(`Program ${PROGRAM_ID.toBase58()} invoke [1]`);
      expect(computeUse(logs)).to.have.length(1);
      expect(computeUse(logs)[0]?.cu).to.be.greaterThan(0);
    });

    it("given one instruction sent twice then both land, and the same bytes are AlreadyProcessed", async () => {
      const to = fresh();
      const signed = chain.sign(transfer(chain, to, 1_000_000));
      expect((await chain.sendRaw(signed.serialize())).err).to.equal(null);
      expect((await chain.sendRaw(signed.serialize())).err).to.equal("AlreadyProcessed");
      await chain.sendOk(transfer(chain, to, 1_000_000));
      expect((await chain.getAccount(to))?.lamports).to.equal(2_000_000n);
    });

    it("given a missing or a forged signature then SignatureFailure", async () => {
      const owner = Keypair.generate();
      await chain.airdrop(owner.publicKey);
      const take = SystemProgram.transfer({
        fromPubkey: owner.publicKey,
        toPubkey: chain.payer.publicKey,
        lamports: 1,
      });
      await expectUnchanged(await snapshot(chain), async () => {
        expectError(await chain.send(take), "SignatureFailure");
        const forged = chain.sign(take, [owner]);
        (forged.signatures[1] as Uint8Array)[7]! ^= 1;
        expectError(await chain.sendRaw(forged.serialize()), "SignatureFailure");
      });
    });

    it("given more than 150 slots then an older transaction is BlockhashNotFound", async () => {
      const signed = chain.sign(transfer(chain, fresh(), 1_000_000)).serialize();
      const other = chain.sign(transfer(chain, fresh(), 1_000_000)).serialize();
      await chain.warpToSlot(chain.slot() + 150n);
      expect((await chain.sendRaw(signed)).ok).to.equal(true);
      await chain.warpToSlot(chain.slot() + 1n);
      expectError(await chain.sendRaw(other), "BlockhashNotFound");
    });

    it("given a newer chain then it knows nothing of the older one, whose program data it has as new", async () => {
      const to = fresh();
      await chain.sendOk(transfer(chain, to, 1_000_000));
      const data = await chain.getAccount(programDataAddress());
      await chain.setAccount(programDataAddress(), { ...data!, data: Buffer.alloc(45) });
      await chain.setTime(START_TIME + 5n);
      const newer = await startChain({ runtime });
      expect(await newer.getAccount(to)).to.equal(null);
      expect(await newer.getAccount(programDataAddress())).to.deep.equal(data);
      expect(newer.touchedAddresses().map(String)).to.deep.equal([String(newer.payer.publicKey)]);
      const clock = await newer.getAccount(SYSVAR_CLOCK_PUBKEY);
      expect(clock?.data.readBigInt64LE(32)).to.equal(START_TIME);
      await newer.sendOk(transfer(newer, to, 1_000_000));
      expect((await newer.getAccount(to))?.lamports).to.equal(1_000_000n);
    });

    it("given isolated chains then they live side by side", async () => {
      const isolated = await startChain({ runtime, isIsolated: true });
      const to = fresh();
      await isolated.sendOk(transfer(isolated, to, 1_000_000));
      expect(await chain.getAccount(to)).to.equal(null);
    });

    it("given a time and a slot then the clock sysvar shows them, also after more transactions", async () => {
      const clock = async () => {
        const account = await chain.connection.getAccountInfo(SYSVAR_CLOCK_PUBKEY);
        return [account?.data.readBigInt64LE(32), account?.data.readBigUInt64LE(0)];
      };
      expect(await clock()).to.deep.equal([START_TIME, chain.slot()]);
      await chain.setTime(1_900_000_000n);
      await chain.warpToSlot(5_000n);
      await chain.sendOk(transfer(chain, fresh(), 1_000_000));
      expect(await clock()).to.deep.equal([1_900_000_000n, 5_000n]);
      expect(await chain.connection.getBlockTime(5_000)).to.equal(1_900_000_000);
    });

    const failures: [string, (chain: Chain) => TransactionInstruction, unknown][] = [
      [
        "a custom code",
        (c) => transfer(c, fresh(), 2 ** 50),
        { InstructionError: [0, { Custom: 1 }] },
      ],
      [
        "a built-in error",
        () =>
          new TransactionInstruction({
            programId: TOKEN_PROGRAM_ID,
            keys: [],
            data: Buffer.from([9]),
          }),
        { InstructionError: [0, "NotEnoughAccountKeys"] },
      ],
      [
        "an account without rent",
        (c) => transfer(c, fresh(), 1),
        { InsufficientFundsForRent: { account_index: 1 } },
      ],
      [
        "a program that is not there",
        () =>
          new TransactionInstruction({ programId: fixedKeypair("nowhere").publicKey, keys: [] }),
        // The runtimes do differ here: LiteSVM loads a missing program as an empty account.
        runtime === "bankrun" ? "ProgramAccountNotFound" : "InvalidProgramForExecution",
      ],
    ];
    for (const [name, instruction, error] of failures) {
      it(`given ${name} then the error has the shape of web3.js`, async () => {
        const { ok, err } = await chain.send(instruction(chain));
        expect(ok).to.equal(false);
        expect(err).to.deep.equal(error);
      });
    }

    it("given a lookup table then a versioned transaction reaches accounts through it", async () => {
      const targets = Array.from({ length: 20 }, fresh);
      const table = await chain.createLookupTable(targets);
      const served = await chain.connection.getAddressLookupTable(table.key);
      expect(served.value?.state.addresses).to.deep.equal(targets);
      await chain.sendOk(
        targets.map((to) => transfer(chain, to, 1_000_000)),
        [],
        { lookupTables: [table] },
      );
      for (const to of targets) expect((await chain.getAccount(to))?.lamports).to.equal(1_000_000n);
      expect(chain.touchedAddresses().map(String)).to.include.members(targets.map(String));
    });

    it("given a token account with a keypair then its delegate is readable", async () => {
      const mint = await createMint(chain);
      const [owner, delegate] = [Keypair.generate(), fresh()];
      const account = await createTokenAccount(chain, mint, owner.publicKey, Keypair.generate());
      await chain.sendOk(createApproveInstruction(account, delegate, owner.publicKey, 77n), [
        owner,
      ]);
      const state = await readTokenAccount(chain, account);
      expect(state.delegate?.equals(delegate)).to.equal(true);
      expect(state.delegatedAmount).to.equal(77n);
    });

    it("given a changed byte then expectUnchanged fails, and the fee alone does not", async () => {
      const account = fresh();
      const write = (data: number[]) =>
        chain.setAccount(account, {
          lamports: 10_000_000n,
          data: Buffer.from(data),
          owner: PROGRAM_ID,
          executable: false,
        });
      await write([1, 2, 3]);
      const before = await snapshot(chain);
      await expectUnchanged(before, () => chain.send(transfer(chain, fresh(), 2 ** 50)));
      const error = await rejection(expectUnchanged(before, () => write([1, 2, 4])));
      expect(error.message).to.contain(account.toBase58());
    });

    it("given another error than expected then expectError fails", async () => {
      const failed = await chain.send(transfer(chain, fresh(), 2 ** 50));
      expectError(failed, 1, 0);
      expect(() => expectError(failed, 2)).to.throw("expected 2");
      expect(() => expectError(failed, 1, 1)).to.throw("expected 1 in instruction 1");
      expect(() => expectError(failed, "MissingRequiredSignature")).to.throw("expected Missing");
      // Both the program and the runtime have an error of this name; the program's is meant.
      const own = { ...failed, err: { InstructionError: [0, { Custom: 6008 }] } } as SendResult;
      expectError(own, "InsufficientFunds");
      const landed = await chain.send(transfer(chain, fresh(), 1_000_000));
      expect(() => expectError(landed, 1)).to.throw("got success");
      expect(() => expectError(failed, "NoSuchError")).to.throw("no error of the program");
    });
  });
}

describe("harness on bankrun, whose bank is handed on", () => {
  it("given a chain that a newer one replaced when used then it says so", async () => {
    const older = await startChain({ runtime: "bankrun" });
    await startChain({ runtime: "bankrun" });
    const error = await rejection(older.getAccount(older.payer.publicKey));
    expect(error.message).to.contain("isIsolated");
  });
});

describe("harness without a runtime", () => {
  it("given any error a validator prints then parsing and describing are inverse", () => {
    for (const sentence of [
      "Error processing Instruction 3: custom program error: 0x1770",
      "Error processing Instruction 0: An account required by the instruction is missing",
      "Transaction results in an account (2) with insufficient funds for rent",
      "Transaction contains a duplicate instruction (1) that is not allowed",
      "Blockhash not found",
    ]) {
      expect(describeTransactionError(parseTransactionError(sentence))).to.equal(sentence);
    }
    expect(() => parseTransactionError("something new")).to.throw("something new");
  });

  it("given the numbers that LiteSVM declares for errors then our names stand in that order", () => {
    const declarations = readFileSync(require.resolve("litesvm/dist/internal.d.ts"), "utf8");
    const declared = (name: string): string[] => {
      const body = declarations.split(`const enum ${name} {`)[1]?.split("}")[0] ?? "";
      const members = [...body.matchAll(/(\w+) = (\d+)/g)];
      expect(members.map(([, , number]) => Number(number))).to.deep.equal([...members.keys()]);
      return members.map(([, member]) => member as string);
    };
    expect(TRANSACTION_ERROR_NAMES).to.deep.equal(declared("TransactionErrorFieldless"));
    expect(INSTRUCTION_ERROR_NAMES).to.deep.equal(declared("InstructionErrorFieldless"));
  });

  it("given nested token calls then their units are taken out of the program's own once", () => {
    const [program, token, other] = [PROGRAM_ID, TOKEN_PROGRAM_ID, SystemProgram.programId].map(
      String,
    );
    const logs = [
      `Program ${program} invoke [1]`,
      `Program log: Program ${program} consumed 1 of 2 compute units`,
      `Program ${token} invoke [2]`,
      `Program ${token} consumed 105 of 190000 compute units`,
      `Program ${token} success`,
      `Program ${other} invoke [2]`,
      `Program ${other} success`,
      `Program ${program} consumed 3105 of 200000 compute units`,
      `Program ${program} success`,
      `Program ${token} invoke [1]`,
      `Program ${token} consumed 77 of 190000 compute units`,
      `Program ${token} failed: custom program error: 0x1`,
    ];
    expect(computeUse(logs)).to.deep.equal([{ cu: 3105, tokenCu: 105, ownCu: 3000 }]);
    expect(() => computeUse(logs.slice(0, 3))).to.throw("truncated");
  });

  it("given a label then its keypair never changes", () => {
    expect(fixedKeypair("owner").publicKey.toBase58()).to.equal(
      "EWFZJuFzfx1bdWH5wa67KL1joEvYhGF5m6cL9mjHp1V",
    );
  });
});
