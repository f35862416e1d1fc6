/** The keeper's reward where the money is held: `execute_payment` pays it, no other end of a milestone does. */
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import {
  type Accounts,
  DAY,
  expectHeldRefused,
  freeze,
  gains,
  HeldPolicy,
  Person,
  setReward,
  START,
  thaw,
  World,
} from "../world";
import { createMint, fundedTokenAccount } from "../harness";
import { programEvents } from "../world";

/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;
const AMOUNT = 10_000n;
const SCHEDULE = { amounts: [AMOUNT, AMOUNT], timestamps: [0n, 0n], releaseCondition: 4 };
/** 10% to the gateway and 5% to the protocol out of the amount, 2.5% to the platform on top. */
const FEES = { gatewayFeeBps: 1_000, protocolFeeBps: 500 };
const TERMS = { platformFeeBps: 250 };

describe("a keeper's reward out of a vault", () => {
  let world: World;
  let held: HeldPolicy;
  beforeEach(async () => {
    world = await World.create(FEES);
    held = await HeldPolicy.ready(world, { schedule: SCHEDULE, terms: TERMS });
    await setReward(world, 3_000);
  });

  const claim = (accounts: Accounts = {}) =>
    held.execute(0, {
      executor: world.key("owner"),
      keeper_token_account: world.tokens.stranger,
      ...accounts,
    });
  const gained = (accounts: Accounts = {}, signer: Person = "owner") =>
    gains(world, () => world.expectOk([claim(accounts)], signer));
  const refused = (account: PublicKey, error: string | number) =>
    expectHeldRefused(held, claim({ keeper_token_account: account }), ["owner"], error, [account]);

  it("given an execution by the bitmap then a share of the gateway's own fee, and none of the platform's", async () => {
    expect(await gained()).to.deep.equal({
      recipient: 8_500n,
      gateway: 700n + 250n,
      protocol: 500n,
      keeper: 300n,
    });
    expect(await held.held()).to.equal(AMOUNT + 250n);
    expect(await held.outstanding()).to.equal(AMOUNT + 250n);
  });

  it("given a silent review then any executor claims", async () => {
    await world.expectOk([held.submit(0)], "recipient");
    await world.chain.setTime(START + 7n * DAY);
    const parts = await gained({ executor: world.key("stranger") }, "stranger");
    expect(parts).to.include({ gateway: 950n, keeper: 300n });
  });

  it("given the whole fee then the gateway's account gets the platform's alone", async () => {
    await setReward(world, 10_000);
    expect(await gained()).to.include({ gateway: 250n, keeper: 1_000n, recipient: 8_500n });
  });

  it("given the gateway authority's account in place of its fee recipient's then it gets the rest", async () => {
    const account = world.tokens.gatewayAuthority;
    await world.expectOk([claim({ gateway_fee_account: account })], "owner");
    expect(await world.balance("gatewayAuthority")).to.equal(950n);
    expect(await world.balance("stranger")).to.equal(300n);
  });

  it("given no account, the program's id or twelve accounts then the gateway keeps its whole fee", async () => {
    const twelve = claim();
    twelve.keys.length = 12;
    const parts = await gains(world, () => world.expectOk([twelve], "owner"));
    expect(parts).to.include({ gateway: 1_250n, keeper: 0n });
    const placeholder = held.execute(1, { executor: world.key("owner") });
    expect(placeholder.keys).to.have.length(13);
    const again = await gains(world, () => world.expectOk([placeholder], "owner"));
    expect(again).to.include({ gateway: 1_250n, keeper: 0n });
  });

  it("given a platform fee without a gateway fee then nothing to share", async () => {
    await world.expectOk([world.updateGateway({ feeBps: 0 })], "gatewayAuthority");
    held = await HeldPolicy.ready(world, { schedule: SCHEDULE, terms: TERMS });
    await setReward(world, 10_000);
    expect(await gained({ keeper_token_account: world.mint })).to.include({
      gateway: 250n,
      keeper: 0n,
    });
  });

  it("given events then MilestoneFinalized with the whole fee, and the reward after it", async () => {
    const { logs } = await world.expectOk([claim()], "owner");
    const [finalized, rewarded, ...others] = programEvents(logs);
    expect(others).to.deep.equal([]);
    expect(finalized?.name).to.equal("MilestoneFinalized");
    expect(String(finalized?.data["gateway_fee"])).to.equal("1000");
    expect(String(finalized?.data["platform_fee"])).to.equal("250");
    expect(rewarded?.name).to.equal("KeeperRewarded");
    const { policy, executor, keeper_token_account, milestone_index, amount } = rewarded!.data;
    expect([policy, executor, keeper_token_account].map(String)).to.deep.equal(
      [held.policy.address, world.key("owner"), world.tokens.stranger].map(String),
    );
    expect([milestone_index, String(amount)]).to.deep.equal([0, "300"]);
  });

  it("given the vault, the policy or the escrow for the account then refused, and nothing changes", async () => {
    await refused(held.vault, DUPLICATE_MUTABLE_ACCOUNT);
    await refused(held.policy.address, DUPLICATE_MUTABLE_ACCOUNT);
    await refused(held.escrow, "InvalidKeeperTokenAccount");
  });

  it("given an account that is not a token account of the mint, or a frozen one, then refused until it is thawed", async () => {
    const otherMint = await createMint(world.chain);
    const stranger = world.key("stranger");
    const foreign = await fundedTokenAccount(world.chain, otherMint, stranger, 0n);
    for (const account of [stranger, world.mint, foreign]) {
      await refused(account, "InvalidKeeperTokenAccount");
    }
    await freeze(world, world.tokens.stranger);
    await refused(world.tokens.stranger, "TokenAccountFrozen");
    await thaw(world, world.tokens.stranger);
    expect(await gained()).to.include({ keeper: 300n });
  });

  it("given the owner's or the recipient's account, or another policy's vault, then it is paid", async () => {
    const other = await HeldPolicy.ready(world, { schedule: SCHEDULE });
    const before = await world.balance("owner");
    await world.expectOk([claim({ keeper_token_account: world.tokens.owner })], "owner");
    expect((await world.balance("owner")) - before).to.equal(300n);
    const sent = held.execute(1, {
      executor: world.key("owner"),
      keeper_token_account: other.vault,
    });
    const vaultHeld = await other.held();
    await world.expectOk([sent], "owner");
    expect((await other.held()) - vaultHeld).to.equal(300n);
    // A donation: it funds nothing.
    expect(await other.outstanding()).to.equal(2n * AMOUNT);
  });

  const OTHER_ENDS: [string, (held: HeldPolicy) => Promise<unknown>][] = [
    ["an approval", (h) => h.world.expectOk([extended(h.approve(0))], "owner")],
    [
      "a settlement",
      (h) => h.world.expectOk([extended(h.settle(0, AMOUNT))], "owner", "recipient"),
    ],
    [
      "a mediator's division",
      async (h) => {
        await dispute(h);
        await h.world.expectOk([extended(h.resolve(0, AMOUNT))], "mediator");
      },
    ],
    [
      "a mediation that timed out",
      async (h) => {
        await dispute(h);
        await h.world.chain.setTime(START + 30n * DAY);
        await h.world.expectOk([extended(h.expire(0))], "stranger");
      },
    ],
  ];
  /** Two accounts more than the instruction has, the last of which would claim. */
  const extended = (instruction: ReturnType<HeldPolicy["approve"]>) => {
    for (const pubkey of [world.mint, world.tokens.stranger]) {
      instruction.keys.push({ pubkey, isSigner: false, isWritable: pubkey !== world.mint });
    }
    return instruction;
  };
  const dispute = async (h: HeldPolicy) => {
    await h.world.expectOk([h.submit(0)], "recipient");
    await h.world.expectOk([h.dispute(0)], "owner");
    await h.world.expectOk([h.requestMediation(0)], "owner");
  };
  for (const [name, end] of OTHER_ENDS) {
    it(`given ${name} then the gateway keeps its whole fee`, async () => {
      await setReward(world, 10_000);
      const parts = await gains(world, () => end(held));
      // 10% of what the recipient is due, and 2.5% on top.
      const due = name === "a mediation that timed out" ? AMOUNT / 2n : AMOUNT;
      expect(parts).to.include({ gateway: due / 10n + due / 40n, keeper: 0n });
    });
  }
});
