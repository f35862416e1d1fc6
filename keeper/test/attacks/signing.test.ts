/** Attacks on the keys: they sign only the intended transactions. */
import { expect } from "chai";
import { createLookupTable, PROGRAM_ID } from "@milepost/sdk";
import {
  AddressLookupTableAccount,
  ComputeBudgetProgram,
  PublicKey,
  SYSVAR_SLOT_HASHES_PUBKEY,
  VersionedTransaction,
} from "@solana/web3.js";
import { ASSOCIATED_TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { fixedKeypair } from "../../../tests/harness";
import { WorkWorld } from "../harness/work-world";

describe("attacks: the transactions that the keys sign", () => {
  let keeper: WorkWorld;
  beforeEach(async () => {
    keeper = await WorkWorld.create();
    keeper.gatewaySigners = [keeper.world.people.gatewaySigner];
  });
  afterEach(() => keeper.close());

  const approveOnly = (...policies: string[]) => ({
    name: "test",
    approve: async (policy: PublicKey) =>
      policies.includes(policy.toBase58()) ? ("yes" as const) : ("later" as const),
  });

  it("given an RPC that swaps two addresses of a lookup table, when one policy is approved, then the gateway's key does not release the other", async () => {
    const [approved, other] = [await keeper.policy(1, 2), await keeper.policy(1, 2)];
    // On chain, the two addresses have swapped places.
    const table = await tableOf([other, approved]);
    const swapped = new AddressLookupTableAccount({
      key: table,
      state: {
        deactivationSlot: 2n ** 64n - 1n,
        lastExtendedSlot: 0,
        lastExtendedSlotStartIndex: 0,
        addresses: [new PublicKey(approved), new PublicKey(other)],
      },
    });
    await keeper.find();
    await keeper.enqueue();
    const tables = { tablesFor: async () => [swapped], forget: () => undefined };
    await keeper.worker({ rule: approveOnly(approved), tables }).pass();
    expect(keeper.payments(other)).to.deep.equal([]);
    expect(keeper.payments(approved)).to.deep.equal([1]);
  });

  it("given approved and open policies of one batch, when they are paid, then the gateway's key signs only for the approved ones", async () => {
    const approved = [await keeper.policy(1, 2), await keeper.policy(1, 3)];
    const refused = await keeper.policy(1, 2);
    const open = [await keeper.policy(), await keeper.otherPolicy("open")];
    await keeper.find();
    await keeper.enqueue();
    await keeper.worker({ rule: approveOnly(...approved) }).pass();
    for (const policy of [...approved, ...open]) expect(keeper.payments(policy)).to.deep.equal([1]);
    expect(keeper.payments(refused)).to.deep.equal([]);
    const signer = keeper.world.key("gatewaySigner");
    for (const { policy, signature } of keeper.executed) {
      const keys = messageOf(signature).staticAccountKeys.map(String);
      expect(keys.includes(signer.toBase58()), policy).to.equal(approved.includes(policy));
    }
  });

  it("given recipients that are the keeper, a program and an address without a key, when they are paid, then the fee payer signs only for fees, rent and executions", async () => {
    const recipients = [
      keeper.payer.publicKey,
      ASSOCIATED_TOKEN_PROGRAM_ID,
      PROGRAM_ID,
      PublicKey.findProgramAddressSync([Buffer.from("nobody")], PROGRAM_ID)[0],
      fixedKeypair("somebody").publicKey,
    ];
    const policies: string[] = [];
    for (const recipient of recipients) {
      const { address } = await keeper.world.createPolicy(
        { amounts: [1_000n], timestamps: [keeper.chain.now()], releaseCondition: 1 },
        { recipient },
      );
      policies.push(address.toBase58());
    }
    await keeper.runToEnd();
    for (const policy of policies) expect(keeper.payments(policy), policy).to.deep.equal([1]);
    const allowed = [ComputeBudgetProgram.programId, ASSOCIATED_TOKEN_PROGRAM_ID, PROGRAM_ID];
    for (const { signature } of keeper.executed) {
      const message = messageOf(signature);
      const programs = message.compiledInstructions.map(
        ({ programIdIndex }) => message.staticAccountKeys[programIdIndex]!,
      );
      expect(programs.every((program) => allowed.some((each) => each.equals(program)))).to.equal(
        true,
      );
      expect(message.header.numRequiredSignatures).to.equal(1);
    }
  });

  function messageOf(signature: string) {
    const { transaction } = keeper.chain.landedTransaction(signature)!;
    return VersionedTransaction.deserialize(transaction.serialize()).message;
  }

  /** Writes a table on chain that can be used. */
  async function tableOf(addresses: readonly string[]): Promise<PublicKey> {
    await keeper.chain.warpToSlot(keeper.chain.slot() + 5n);
    const now = keeper.chain.slot();
    const data = Buffer.alloc(8 + 512 * 40);
    data.writeBigUInt64LE(512n);
    for (let age = 0; age < 512; age += 1) data.writeBigUInt64LE(now - BigInt(age), 8 + age * 40);
    const sysvar = (await keeper.chain.getAccount(SYSVAR_SLOT_HASHES_PUBKEY))!;
    await keeper.chain.setAccount(SYSVAR_SLOT_HASHES_PUBKEY, { ...sysvar, data });
    const { publicKey } = keeper.payer;
    const plan = createLookupTable({
      authority: publicKey,
      payer: publicKey,
      recentSlot: Number(now - 1n),
      addresses: addresses.map((address) => new PublicKey(address)),
    });
    for (const instructions of plan.transactions) {
      await keeper.chain.sendOk([...instructions], [keeper.payer], { feePayer: keeper.payer });
    }
    await keeper.chain.warpToSlot(now + 2n);
    return plan.lookupTable;
  }
});
