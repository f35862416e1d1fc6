/** Attacks on waits: a repair without a watch is a payment that is never made. */
import { expect } from "chai";
import {
  createAssociatedTokenAccountIdempotentInstruction,
  getAssociatedTokenAddressSync,
} from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";
import { fixedKeypair, mintExtension, mintTo } from "../../../tests/harness";
import { AMOUNT, WorkWorld } from "../harness/work-world";

describe("attacks: waits", () => {
  let keeper: WorkWorld;
  afterEach(() => keeper.close());

  async function freeze(address: PublicKey, isFrozen: boolean): Promise<void> {
    const account = (await keeper.chain.getAccount(address))!;
    const data = Buffer.from(account.data);
    data[108] = isFrozen ? 2 : 1;
    await keeper.chain.setAccount(address, { ...account, data });
  }

  const payFeesTo = (feeRecipient: PublicKey) =>
    keeper.world.expectOk([keeper.world.updateGateway({ feeRecipient })], "gatewayAuthority");

  it("given a frozen fee account, when its gateway names another recipient of its fees, then the payment goes on", async () => {
    keeper = await WorkWorld.create();
    const policy = await keeper.policy();
    await freeze(keeper.world.tokens.gatewayFees, true);
    await keeper.runToEnd();
    expect(await keeper.row(policy)).to.include({ state: "waiting", reason: "TokenAccountFrozen" });
    await payFeesTo(keeper.world.key("stranger"));
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given a frozen fee account of the protocol, when the program's authority names another recipient of its fees, then the payment goes on", async () => {
    keeper = await WorkWorld.create();
    const { world } = keeper;
    const policy = await keeper.policy();
    await freeze(world.tokens.protocolFees, true);
    await keeper.runToEnd();
    expect(await keeper.row(policy)).to.include({ state: "waiting", reason: "TokenAccountFrozen" });
    const feeRecipient = world.key("stranger");
    await world.expectOk([world.updateConfig({ feeRecipient })], "upgradeAuthority");
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  for (const [repair, mend] of [
    ["its new accounts are born usable again", () => writeDefaultState(1)],
    [
      "somebody creates the account and has it thawed",
      async () => {
        await createTheirs();
        await freeze(theirs(), false);
      },
    ],
  ] as const) {
    it(`given a mint whose accounts are frozen from the start, when ${repair}, then a recipient without one is paid`, async () => {
      keeper = await WorkWorld.create({
        extensions: [mintExtension.defaultAccountState(1)],
      });
      const { address } = await keeper.world.createPolicy(
        { amounts: [AMOUNT], timestamps: [keeper.chain.now()], releaseCondition: 1 },
        { recipient: newcomer },
      );
      const policy = address.toBase58();
      await writeDefaultState(2);
      await keeper.runToEnd();
      expect(await keeper.row(policy)).to.include({
        state: "waiting",
        reason: "TokenAccountFrozen",
      });
      await mend();
      await keeper.runToEnd();
      expect(keeper.payments(policy)).to.deep.equal([1]);
    });
  }

  it("given a keeper that creates no accounts, when the gateway names a recipient of its fees who has one, then the payment goes on", async () => {
    keeper = await WorkWorld.create();
    const policy = await keeper.policy();
    await payFeesTo(newcomer);
    const never = { createAccounts: false };
    await keeper.runToEnd(never);
    expect(await keeper.row(policy)).to.include({ reason: "TokenAccountMissing" });
    await payFeesTo(keeper.world.key("gatewayFees"));
    await keeper.runToEnd(never);
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  it("given an RPC that shows the watched account after its repair and the rest before it, when the wait is decided, then the repair is not missed", async () => {
    keeper = await WorkWorld.create();
    const policy = await keeper.otherPolicy("short");
    const owner = fixedKeypair("short/owner").publicKey;
    const account = getAssociatedTokenAddressSync(keeper.world.mint, owner);
    const full = (await keeper.chain.getAccount(account))!;
    const data = Buffer.from(full.data);
    data.writeBigUInt64LE(AMOUNT - 1n, 64);
    await keeper.chain.setAccount(account, { ...full, data });
    await keeper.find();
    await keeper.enqueue();
    const watched = JSON.stringify([policy, account.toBase58()].sort());
    let lagsBehind: number | null = null;
    keeper.rpc.fault = async (request, next) => {
      const [addresses, config] = (request.params ?? []) as [string[], { minContextSlot?: number }];
      if (request.method !== "getMultipleAccounts") return next();
      if (JSON.stringify([...addresses].sort()) === watched && lagsBehind === null) {
        lagsBehind = Number(keeper.chain.slot());
        await keeper.chain.warpToSlot(keeper.chain.slot() + 1n);
        await mintTo(keeper.chain, keeper.world.testMint, account, 1n);
        return next();
      }
      if (lagsBehind === null) return next();
      if ((config.minContextSlot ?? 0) > lagsBehind) {
        const error = { code: -32016, message: "Minimum context slot has not been reached" };
        return { jsonrpc: "2.0", id: request.id, error };
      }
      const answer = (await next()) as { result: { context: { slot: number }; value: unknown[] } };
      const at = addresses.indexOf(account.toBase58());
      if (at >= 0) {
        const before = answer.result.value[at] as { data: unknown };
        before.data = [data.toString("base64"), "base64"];
      }
      answer.result.context.slot = lagsBehind;
      return answer;
    };
    await keeper.worker().pass();
    expect(lagsBehind).not.to.equal(null);
    keeper.rpc.fault = null;
    await keeper.runToEnd();
    expect(keeper.payments(policy)).to.deep.equal([1]);
  });

  const newcomer = fixedKeypair("newcomer").publicKey;
  const theirs = () =>
    getAssociatedTokenAddressSync(keeper.world.mint, newcomer, true, keeper.world.tokenProgram);
  const createTheirs = () =>
    keeper.world.expectOk(
      [
        createAssociatedTokenAccountIdempotentInstruction(
          keeper.world.key("stranger"),
          theirs(),
          newcomer,
          keeper.world.mint,
          keeper.world.tokenProgram,
        ),
      ],
      "stranger",
    );

  /** Writes the state that the mint's authority can change at any time: 1 is usable, 2 is frozen. */
  async function writeDefaultState(state: 1 | 2): Promise<void> {
    const mint = (await keeper.chain.getAccount(keeper.world.mint))!;
    const data = Buffer.from(mint.data);
    // The only extension: its type, its length, its value.
    data[166 + 4] = state;
    await keeper.chain.setAccount(keeper.world.mint, { ...mint, data });
  }
});
