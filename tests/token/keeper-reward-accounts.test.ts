/** Which token account may claim a keeper's reward of a delegated policy, and what an execution without one does. */
import { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import { expect } from "chai";
import { buildInstruction } from "@milepost/sdk";
import { createMint, createTokenAccount, fixedKeypair, fundedTokenAccount } from "../harness";
import {
  approve,
  balanceOf,
  claim,
  expectRefused,
  freeze,
  gains,
  payable,
  PROGRAM_ID,
  setReward,
  thaw,
  World,
} from "../world";

/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;
const FEES = { gatewayFeeBps: 1_000, protocolFeeBps: 500 };

describe("the account that claims a keeper's reward", () => {
  let world: World;
  before(async () => {
    world = await World.create(FEES);
  });
  let policy: PublicKey;
  beforeEach(async () => {
    await setReward(world, 5_000);
    ({ address: policy } = await payable(world, [10_000n]));
  });
  const to = (account: PublicKey) => claim(world, policy, 0, { keeper_token_account: account });
  const refused = (account: PublicKey, error: string | number = "InvalidKeeperTokenAccount") =>
    expectRefused(world, [to(account)], ["stranger"], error, [policy]);

  it("given an account that is not a token account of the mint then InvalidKeeperTokenAccount", async () => {
    const { chain } = world;
    const stranger = world.key("stranger");
    const otherMint = await createMint(chain);
    const token2022 = await createMint(chain, { program: TOKEN_2022_PROGRAM_ID });
    for (const account of [
      stranger,
      fixedKeypair("nobody's account").publicKey,
      world.mint,
      world.gateway,
      world.config,
      world.tokenProgram,
      await fundedTokenAccount(chain, otherMint, stranger, 0n),
      await createTokenAccount(chain, token2022, stranger),
    ]) {
      await refused(account);
    }
  });

  it("given the account that pays, or another that the release changes, then it is not loaded twice", async () => {
    for (const account of [world.tokens.owner, world.userPayment, policy]) {
      await refused(account, DUPLICATE_MUTABLE_ACCOUNT);
    }
  });

  it("given it is frozen then TokenAccountFrozen; without it, or after a thaw, it pays", async () => {
    await freeze(world, world.tokens.stranger);
    await refused(world.tokens.stranger, "TokenAccountFrozen");
    const other = await payable(world, [10_000n]);
    const waived = claim(world, other.address, 0, { keeper_token_account: null });
    expect(await gains(world, () => world.expectOk([waived], "stranger")), "without it").to.include(
      {
        gateway: 1_000n,
        keeper: 0n,
      },
    );
    await thaw(world, world.tokens.stranger);
    expect(
      await gains(world, () => world.expectOk([to(world.tokens.stranger)], "stranger")),
    ).to.include({ gateway: 500n, keeper: 500n });
  });

  it("given anyone's account, not only the executor's, then it is paid", async () => {
    const treasury = fixedKeypair("a keeper's treasury");
    await createTokenAccount(world.chain, world.testMint, world.key("mediator"), treasury);
    await world.expectOk([to(treasury.publicKey)], "stranger");
    expect(await balanceOf(world, treasury.publicKey)).to.equal(500n);
  });

  it("given an account that is paid something else as well then it gets both", async () => {
    const sums = { recipient: 9_000n, gatewayFees: 1_000n, protocolFees: 1_000n } as const;
    for (const [person, expected] of Object.entries(sums) as [keyof typeof sums, bigint][]) {
      const next = await payable(world, [10_000n]);
      const account = world.tokens[person];
      const had = await balanceOf(world, account);
      const sent = claim(world, next.address, 0, { keeper_token_account: account });
      await world.expectOk([sent], "stranger");
      expect((await balanceOf(world, account)) - had, person).to.equal(expected);
    }
  });

  it("given another token account of the owner then it is paid, and the allowance is as without", async () => {
    const second = fixedKeypair("owner's account for rewards");
    await createTokenAccount(world.chain, world.testMint, world.key("owner"), second);
    const { allowance } = await world.delegation();
    await world.expectOk([to(second.publicKey)], "stranger");
    expect(await balanceOf(world, second.publicKey)).to.equal(500n);
    expect((await world.delegation()).allowance).to.equal(allowance - 10_000n);
  });

  it("given an allowance one short then nothing moves to anyone", async () => {
    const { allowance } = await world.delegation();
    await approve(world, world.userPayment, 9_999n);
    await refused(world.tokens.stranger, "InsufficientDelegation");
    await approve(world, world.userPayment, allowance);
    await world.expectOk([to(world.tokens.stranger)], "stranger");
  });
});

describe("a keeper's reward of zero", () => {
  it("given any account in its place then it is not read", async () => {
    const world = await World.create(FEES);
    await freeze(world, world.tokens.mediator);
    const otherMint = await createMint(world.chain);
    const stranger = world.key("stranger");
    const anything = [
      stranger,
      world.mint,
      world.tokens.owner,
      world.userPayment,
      world.tokens.mediator,
      await fundedTokenAccount(world.chain, otherMint, stranger, 0n),
    ];
    // By the gateway's share, by a reward that floors to nothing, and by a policy without a gateway fee.
    await world.expectOk([world.updateGateway({ feeBps: 0 })], "gatewayAuthority");
    const feeless = await payable(
      world,
      anything.slice(0, 4).map(() => 10_000n),
    );
    await world.expectOk([world.updateGateway({ feeBps: 1_000 })], "gatewayAuthority");
    const free = await payable(
      world,
      anything.slice(0, 4).map(() => 10_000n),
    );
    for (const [policy, bps] of [
      [feeless, 10_000],
      [free, 0],
    ] as const) {
      await setReward(world, bps);
      for (const [index, account] of anything.slice(0, 4).entries()) {
        const sent = claim(world, policy.address, index, { keeper_token_account: account });
        await world.expectOk([sent], "stranger");
      }
    }
    // One unit of fee: half of it is nothing.
    await setReward(world, 5_000);
    for (const account of anything) {
      const policy = await payable(world, [19n]);
      const sent = claim(world, policy.address, 0, { keeper_token_account: account });
      const gained = await gains(world, () => world.expectOk([sent], "stranger"));
      expect(gained).to.include({ gateway: 1n, keeper: 0n });
    }
  });
});

describe("transactions of earlier versions, where the gateway pays a reward", () => {
  let world: World;
  let policy: PublicKey;
  beforeEach(async () => {
    world = await World.create(FEES);
    await setReward(world, 10_000);
    ({ address: policy } = await payable(world, [10_000n]));
  });
  /** As 0.1.0 wrote it: the discriminator, the index, eleven accounts with these flags. */
  const old = (accounts: PublicKey[]): TransactionInstruction =>
    new TransactionInstruction({
      programId: PROGRAM_ID,
      data: Buffer.from([0x56, 0x04, 0x07, 0x07, 0x78, 0x8b, 0xe8, 0x8b, 0]),
      keys: accounts.map((pubkey, index) => ({
        pubkey,
        isSigner: index === 0,
        isWritable: [3, 4, 6, 7, 8, 9].includes(index),
      })),
    });
  const eleven = () => [
    world.key("stranger"),
    world.config,
    world.gateway,
    world.userPayment,
    policy,
    world.mint,
    world.tokens.owner,
    world.tokens.recipient,
    world.tokens.gatewayFees,
    world.tokens.protocolFees,
    world.tokenProgram,
  ];
  const KEPT = { recipient: 8_500n, gateway: 1_000n, protocol: 500n, keeper: 0n };

  it("given the eleven accounts then the gateway keeps its whole fee", async () => {
    const gained = await gains(world, () => world.expectOk([old(eleven())], "stranger"));
    expect(gained).to.deep.equal(KEPT);
  });

  it("given a twelfth account for the escrow, the program's id or not, then the same", async () => {
    for (const twelfth of [PROGRAM_ID, world.tokens.stranger]) {
      ({ address: policy } = await payable(world, [10_000n]));
      const sent = old([...eleven(), twelfth]);
      const gained = await gains(world, () => world.expectOk([sent], "stranger"));
      expect(gained, twelfth.toBase58()).to.deep.equal(KEPT);
    }
  });

  it("given the program's id for the account then the same", async () => {
    const sent = old([...eleven(), PROGRAM_ID, PROGRAM_ID]);
    const gained = await gains(world, () => world.expectOk([sent], "stranger"));
    expect(gained).to.deep.equal(KEPT);
  });

  it("given the SDK then an execution without a claim is byte for byte the old one", () => {
    const [executor, config, gateway, userPayment, , mint, tokenAccount] = eleven() as [
      PublicKey,
      PublicKey,
      PublicKey,
      PublicKey,
      PublicKey,
      PublicKey,
      PublicKey,
    ];
    const accounts = {
      executor,
      config,
      gateway,
      userPayment,
      policy,
      mint,
      tokenAccount,
      recipientTokenAccount: world.tokens.recipient,
      gatewayFeeAccount: world.tokens.gatewayFees,
      protocolFeeAccount: world.tokens.protocolFees,
      tokenProgram: world.tokenProgram,
    };
    const built = buildInstruction("executePayment", accounts, { milestoneIndex: 0 });
    expect(built.keys).to.deep.equal(old(eleven()).keys);
    expect(built.data.toString("hex")).to.equal(old([]).data.toString("hex"));
  });
});

describe("a keeper's reward in Token-2022", () => {
  it("given a mint of Token-2022 then the same parts", async () => {
    const world = await World.create({ ...FEES, tokenProgram: TOKEN_2022_PROGRAM_ID });
    await setReward(world, 2_500);
    const policy = await payable(world, [10_000n]);
    const foreign = await createMint(world.chain);
    const account = await fundedTokenAccount(world.chain, foreign, world.key("stranger"), 0n);
    const wrong = claim(world, policy.address, 0, { keeper_token_account: account });
    await expectRefused(world, [wrong], ["stranger"], "InvalidKeeperTokenAccount");
    const gained = await gains(world, () =>
      world.expectOk([claim(world, policy.address)], "stranger"),
    );
    expect(gained).to.deep.equal({
      recipient: 8_500n,
      gateway: 750n,
      protocol: 500n,
      keeper: 250n,
    });
  });
});
