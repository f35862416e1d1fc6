/** Money going into the vault: which milestones, from where, how much, and when not. */
import {
  createDisableCpiGuardInstruction,
  createEnableCpiGuardInstruction,
  createReallocateInstruction,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
} from "@solana/spl-token";
import { expect } from "chai";
import {
  act,
  ActionName,
  committed,
  DAY,
  expectDelegation,
  expectHeldRefused,
  freeze,
  giveAway,
  heldAt,
  HeldPolicy,
  MilestoneStateName,
  payable,
  setBalance,
  START,
  TERMS,
  thaw,
  toBigInt,
  WEEK,
  World,
} from "../world";
import {
  createMint,
  createTokenAccount,
  fixedKeypair,
  fundedTokenAccount,
  mintTo,
} from "../harness";

const U64_MAX = 2n ** 64n - 1n;
/** Anchor's error for one writable account passed twice. */
const DUPLICATE_MUTABLE_ACCOUNT = 2040;

const AMOUNTS = [1_000n, 2_001n, 39n, 4_000n];
/** 2.5% on top of each, floored. */
const PLATFORM_FEES = [25n, 50n, 0n, 100n];
const FUNDING = AMOUNTS.map((amount, i) => amount + PLATFORM_FEES[i]!);
const options = {
  schedule: { amounts: AMOUNTS, timestamps: AMOUNTS.map(() => START) },
  terms: { platformFeeBps: 250 },
  funded: 0,
};
const sum = (values: bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

describe("funding", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(() => world.chain.setTime(START));

  const fundRefused = (
    held: HeldPolicy,
    first: number,
    count: number,
    error: string | number,
    accounts = {},
  ) => expectHeldRefused(held, held.fund(first, count, accounts), ["owner"], error);

  describe("which milestones", () => {
    for (const steps of [[4], [1, 1, 1, 1], [2, 2], [1, 3], [3, 1]]) {
      it(`given them ${steps.join(" and ")} at a time then amount and platform fee of each are held`, async () => {
        const held = await HeldPolicy.ready(world, options);
        const before = await world.balance("owner");
        let first = 0;
        for (const count of steps) {
          await world.expectOk([held.fund(first, count)], "owner");
          first += count;
          expect(await held.held()).to.equal(sum(FUNDING.slice(0, first)));
          for (const [i, funding] of FUNDING.entries()) {
            const { funded, paid, refunded } = await held.milestone(i);
            expect([funded, paid, refunded].map(toBigInt)).to.deep.equal([
              i < first ? funding : 0n,
              0n,
              0n,
            ]);
            expect(await held.state(i)).to.equal(i < first ? "Funded" : "Unfunded");
          }
        }
        expect(before - (await world.balance("owner"))).to.equal(sum(FUNDING));
        expect(await held.outstanding()).to.equal(sum(FUNDING));
      });
    }

    it("given none, or more than there are, then InvalidFundingCount", async () => {
      const held = await HeldPolicy.ready(world, options);
      for (const [first, count] of [
        [0, 0],
        [0, 5],
        [0, 255],
        [1, 0],
        [1, 4],
        [4, 1],
        [255, 1],
        [255, 255],
      ] as const) {
        await fundRefused(held, first, count, "InvalidFundingCount");
      }
      await world.expectOk([held.fund(0, 4)], "owner");
      await fundRefused(held, 4, 1, "InvalidFundingCount");
    });

    it("given one is left out then MilestoneNotFunded", async () => {
      const held = await HeldPolicy.ready(world, options);
      for (const first of [1, 2, 3]) await fundRefused(held, first, 1, "MilestoneNotFunded");
      await world.expectOk([held.fund(0, 2)], "owner");
      await fundRefused(held, 3, 1, "MilestoneNotFunded");
    });

    it("given one is funded, in whatever state, then MilestoneAlreadyFunded", async () => {
      for (const state of ["Funded", "Submitted", "Disputed", "Mediation"] as const) {
        const held = await heldAt(world, state, { ...options, funded: 4 });
        for (const first of [0, 1, 2, 3]) {
          await fundRefused(held, first, 1, "MilestoneAlreadyFunded");
        }
      }
    });

    it("given one is released then MilestoneAlreadyReleased, and the next can be funded", async () => {
      const held = await HeldPolicy.ready(world, { ...options, funded: 1 });
      await act(held, "approve_milestone");
      for (const count of [0, 1, 4]) await fundRefused(held, 0, count, "MilestoneAlreadyReleased");
      await world.expectOk([held.fund(1, 2)], "owner");
      expect(await held.held()).to.equal(FUNDING[1]! + FUNDING[2]!);
    });

    it("given terms that are not accepted yet then funded anyway", async () => {
      const held = await HeldPolicy.create(world, options.schedule);
      await world.expectOk([held.open(options.terms)], "owner");
      await world.expectOk([held.fund(0, 4)], "owner");
      expect(await held.held()).to.equal(sum(FUNDING));
    });

    it("given a delegated policy beside it then funding leaves its allowance and committed alone", async () => {
      const delegated = await payable(world, [500n]);
      const before = { committed: await committed(world), ...(await world.delegation()) };
      const held = await HeldPolicy.ready(world, { ...options, funded: 4 });
      expect(await committed(world)).to.equal(before.committed);
      await expectDelegation(world, world.userPayment, before.allowance);
      await world.expectOk([world.executePayment(delegated.address, 0)], "stranger");
      expect(await held.held()).to.equal(sum(FUNDING));
    });
  });

  describe("from where", () => {
    it("given a unit too little then InsufficientFunds, and nothing of it; given enough then all", async () => {
      const held = await HeldPolicy.ready(world, options);
      const before = await world.balance("owner");
      await setBalance(world, sum(FUNDING) - 1n);
      await fundRefused(held, 0, 4, "InsufficientFunds");
      await setBalance(world, sum(FUNDING));
      await world.expectOk([held.fund(0, 4)], "owner");
      expect(await world.balance("owner")).to.equal(0n);
      await setBalance(world, before - sum(FUNDING));
    });

    it("given another token account of the owner then it is taken from there", async () => {
      const held = await HeldPolicy.ready(world, options);
      const account = fixedKeypair("owner's second token account");
      await createTokenAccount(world.chain, world.testMint, world.key("owner"), account);
      await fundRefused(held, 0, 1, "InsufficientFunds", { token_account: account.publicKey });
      await mintTo(world.chain, world.testMint, account.publicKey, FUNDING[0]!);
      const before = await world.balance("owner");
      await world.expectOk([held.fund(0, 1, { token_account: account.publicKey })], "owner");
      expect(await world.balance("owner")).to.equal(before);
      expect(await held.held()).to.equal(FUNDING[0]);
    });

    it("given anything but a token account of the mint and the owner then refused", async () => {
      const held = await HeldPolicy.ready(world, options);
      const other = await createMint(world.chain);
      const foreign = await fundedTokenAccount(world.chain, other, world.key("owner"), 1_000_000n);
      const sold = fixedKeypair("token account that the owner sold");
      await createTokenAccount(world.chain, world.testMint, world.key("owner"), sold);
      const tokens = { ...world.tokens };
      world.tokens.owner = sold.publicKey;
      await giveAway(world, "owner", world.key("stranger"));
      world.tokens.owner = tokens.owner;
      for (const account of [
        world.tokens.stranger,
        world.tokens.recipient,
        foreign,
        sold.publicKey,
        world.key("stranger"),
        world.gateway,
      ]) {
        await fundRefused(held, 0, 1, "InvalidTokenAccount", { token_account: account });
      }
      await fundRefused(held, 0, 1, DUPLICATE_MUTABLE_ACCOUNT, { token_account: held.vault });
      await fundRefused(held, 0, 1, "InvalidVault", { vault: world.tokens.stranger });
    });

    it("given either account is frozen then TokenAccountFrozen, and after a thaw it works", async () => {
      const held = await HeldPolicy.ready(world, options);
      for (const account of [world.tokens.owner, held.vault]) {
        await freeze(world, account);
        await fundRefused(held, 0, 1, "TokenAccountFrozen");
        await thaw(world, account);
      }
      await world.expectOk([held.fund(0, 1)], "owner");
    });
  });
});

describe("funding under the program's pause", () => {
  let world: World;
  before(async () => {
    world = await World.create();
  });
  beforeEach(async () => {
    await world.chain.setTime(START);
    await pause(false);
  });
  const pause = (isPaused: boolean) =>
    world.expectOk([world.updateConfig({ isPaused })], "upgradeAuthority");

  it("given it then ProgramPaused for each amount, and funded once it goes on", async () => {
    const held = await HeldPolicy.ready(world, options);
    await pause(true);
    for (const [first, count] of [
      [0, 1],
      [0, 4],
      [3, 9],
    ] as const) {
      await expectHeldRefused(held, held.fund(first, count), ["owner"], "ProgramPaused");
    }
    await pause(false);
    await world.expectOk([held.fund(0, 4)], "owner");
  });

  const EXITS: [MilestoneStateName, ActionName, bigint?][] = [
    ["Funded", "submit_milestone"],
    ["Submitted", "approve_milestone"],
    ["Submitted", "execute_payment"],
    ["Submitted", "dispute_milestone"],
    ["Disputed", "withdraw_dispute"],
    ["Disputed", "submit_milestone"],
    ["Disputed", "request_mediation"],
    ["Mediation", "resolve_dispute"],
    ["Mediation", "expire_mediation", START + BigInt(TERMS.mediationTimeoutSecs)],
    ["Submitted", "settle_milestone"],
    ["Funded", "reclaim_milestone", START + WEEK + BigInt(TERMS.deliveryGraceSecs)],
    ["Mediation", "reclaim_milestone (agreed)"],
  ];
  for (const [state, name, at] of EXITS) {
    it(`given it then ${name} works from ${state}`, async () => {
      const held = await heldAt(world, state);
      await pause(true);
      if (at) await world.chain.setTime(at);
      await act(held, name);
      expect(await held.state(0)).not.to.equal(state);
    });
  }

  it("given it then silence, acceptance and closing work", async () => {
    const silent = await heldAt(world, "Submitted");
    const unaccepted = await HeldPolicy.create(world);
    await world.expectOk([unaccepted.open()], "owner");
    const accepted = await HeldPolicy.create(world);
    await world.expectOk([accepted.open()], "owner");
    await world.expectOk([unaccepted.fund(0, 4)], "owner");
    await pause(true);
    await world.expectOk([accepted.accept()], "recipient");
    await world.expectOk([accepted.close()], "owner");
    await world.expectOk([unaccepted.close()], "owner");
    await world.chain.setTime(START + 7n * DAY);
    await world.expectOk([silent.execute(0)], "stranger");
  });
});

describe("funding that does not fit 64 bits", () => {
  /** The most that fits with 10% on top, floored. */
  const MOST = (U64_MAX * 10n + 9n) / 11n;
  const funding = (amount: bigint): bigint => amount + amount / 10n;
  const terms = { platformFeeBps: 1_000 };

  it("given the bound of this test then it is the bound", () => {
    expect(funding(MOST) <= U64_MAX).to.equal(true);
    expect(funding(MOST + 1n) > U64_MAX).to.equal(true);
  });

  it("given one milestone and its fee are above it then AmountOverflow at opening; at it then funded and paid", async () => {
    const world = await World.create({ balance: U64_MAX });
    const timestamps = [START];
    const above = await HeldPolicy.create(world, { amounts: [MOST + 1n], timestamps });
    await expectHeldRefused(above, above.open(terms), ["owner"], "AmountOverflow");
    await world.expectOk([world.deletePolicy(above.policy.address)], "owner");
    const held = await HeldPolicy.ready(world, {
      schedule: { amounts: [MOST], timestamps },
      terms,
    });
    expect(await held.held()).to.equal(funding(MOST));
    await act(held, "approve_milestone");
    expect(await world.balance("recipient")).to.equal(MOST);
    expect(await world.balance("gatewayFees")).to.equal(MOST / 10n);
  });

  it("given each fits and their sum does not then AmountOverflow at opening", async () => {
    const world = await World.create({ balance: U64_MAX });
    const amounts = [MOST - 20n, 21n];
    const held = await HeldPolicy.create(world, { amounts, timestamps: amounts.map(() => START) });
    expect(sum(amounts.map(funding)) > U64_MAX).to.equal(true);
    await expectHeldRefused(held, held.open(terms), ["owner"], "AmountOverflow");
    await world.expectOk([held.open()], "owner");
  });
});

describe("funding from a Token-2022 account", () => {
  it("given its CPI guard then TokenAccountCpiGuarded, and without it the vault is paid", async () => {
    const world = await World.create({ tokenProgram: TOKEN_2022_PROGRAM_ID });
    const held = await HeldPolicy.ready(world, options);
    const [account, owner] = [world.tokens.owner, world.key("owner")];
    const extension = [ExtensionType.CpiGuard];
    const make = createReallocateInstruction(account, world.key("payer"), extension, owner);
    await world.expectOk([make, createEnableCpiGuardInstruction(account, owner)], "owner");
    await expectHeldRefused(held, held.fund(0, 1), ["owner"], "TokenAccountCpiGuarded");
    await world.expectOk([createDisableCpiGuardInstruction(account, owner)], "owner");
    await world.expectOk([held.fund(0, 4)], "owner");
    expect(await held.held()).to.equal(sum(FUNDING));
  });
});
