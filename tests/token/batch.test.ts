/**
 * One call of the token program per release where it has `Batch`, one per transfer elsewhere: the same payments either way,
 * with every build of SPL Token under either loader. (decision 0020)
 */
import { TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { expect } from "chai";
import {
  expectError,
  fixedKeypair,
  Loader,
  LOADER_V2_ID,
  selectedRuntime,
  SplTokenBuild,
  splTokenAccounts,
  UPGRADEABLE_LOADER_ID,
} from "../harness";
import {
  claim,
  expectRefused,
  gains,
  HeldPolicy,
  payable,
  Person,
  Schedule,
  setReward,
  START,
  World,
} from "../world";

const FEES = { protocolFeeBps: 100, gatewayFeeBps: 250 };
const TERMS = { platformFeeBps: 250, mediationTimeoutSecs: 60 };
const AMOUNT = 1_000_000n;
const SHARE = 600_000n;
const HELD: Schedule = {
  amounts: [AMOUNT, AMOUNT, AMOUNT, AMOUNT],
  timestamps: [0n, 0n, 0n, 0n],
  releaseCondition: 0,
};
/** SPL Token's `InvalidInstruction`, the answer to a tag that it does not know. */
const INVALID_INSTRUCTION = 12;

/** How often the transaction called the token program from inside ours. */
async function calls(
  world: World,
  instruction: TransactionInstruction,
  ...signers: Person[]
): Promise<number> {
  const { logs } = await world.expectOk([instruction], ...signers);
  const called = `Program ${world.tokenProgram.toBase58()} invoke [2]`;
  return logs.filter((line) => line === called).length;
}

/** What the owner's token account gains as well as those of `gains`. */
async function payments(world: World, action: () => Promise<unknown>) {
  const before = await world.balance("owner");
  const gained = await gains(world, action);
  return { ...gained, owner: (await world.balance("owner")) - before };
}

/** Where a copy of p-token under the upgradeable loader stands that is not SPL Token. */
const IMPOSTOR = fixedKeypair("an impostor of SPL Token").publicKey;

const refused = (
  world: World,
  instruction: TransactionInstruction,
  signer: Person,
  policy: PublicKey,
): Promise<void> => expectRefused(world, [instruction], [signer], "InvalidTokenProgram", [policy]);

const ready = (world: World): Promise<HeldPolicy> =>
  HeldPolicy.ready(world, { schedule: HELD, terms: TERMS });

async function dispute(world: World, held: HeldPolicy, index: number): Promise<void> {
  await world.expectOk([held.submit(index)], "recipient");
  await world.expectOk([held.dispute(index)], "owner");
  await world.expectOk([held.requestMediation(index)], "owner");
}

interface Case {
  build: SplTokenBuild;
  loader: Loader;
  isBatched: boolean;
}
const CASES: Case[] = [
  { build: "p-token", loader: "upgradeable", isBatched: true },
  { build: "p-token", loader: "v2", isBatched: false },
  { build: "before p-token", loader: "v2", isBatched: false },
];

for (const { build, loader, isBatched } of CASES) {
  describe(`${build} under loader ${loader}`, () => {
    let world: World;
    let opened: HeldPolicy[];
    const next = (): HeldPolicy => opened.pop() as HeldPolicy;
    before(async () => {
      const impostor = await splTokenAccounts("p-token", "upgradeable", IMPOSTOR);
      const programs = [...impostor, ...(await splTokenAccounts(build, loader))];
      // Agave 1.18 lacks a syscall with which p-token opens accounts, so the runtime's own SPL Token opens them.
      const prepared = await World.create(FEES);
      const held = [await ready(prepared), await ready(prepared), await ready(prepared)];
      const addresses = held.flatMap(({ policy, escrow, vault }) => [
        policy.address,
        escrow,
        vault,
      ]);
      world = await prepared.movedTo(programs, addresses);
      opened = held.map(({ policy }) => new HeldPolicy(world, policy));
    });
    const expected = (transfers: number): number => (isBatched ? 1 : transfers);

    it("belongs to the loader that the test names", async () => {
      const owner = (await world.chain.getAccount(world.tokenProgram))?.owner.toBase58();
      const loaders = { upgradeable: UPGRADEABLE_LOADER_ID, v2: LOADER_V2_ID };
      expect(owner).to.equal(loaders[loader].toBase58());
    });

    it("pays a delegated milestone, its fees and the keeper", async () => {
      const { address } = await payable(world, [AMOUNT, AMOUNT]);
      const release = world.executePayment(address, 0, world.feeAccounts());
      let made = 0;
      const paid = await payments(world, async () => {
        made = await calls(world, release, "stranger");
      });
      expect(paid).to.deep.equal({
        recipient: 965_000n,
        gateway: 25_000n,
        protocol: 10_000n,
        keeper: 0n,
        owner: -AMOUNT,
      });
      expect(made).to.equal(expected(3));

      await setReward(world, 2_000);
      const rewarded = await payments(world, async () => {
        made = await calls(world, claim(world, address, 1), "stranger");
      });
      expect(rewarded).to.deep.equal({
        recipient: 965_000n,
        gateway: 20_000n,
        protocol: 10_000n,
        keeper: 5_000n,
        owner: -AMOUNT,
      });
      expect(made).to.equal(expected(4));
      await setReward(world, 0);
    });

    it("pays one account that several parts go to", async () => {
      const { address } = await payable(world, [AMOUNT]);
      await world.expectOk(
        [world.updateGateway({ feeRecipient: world.key("recipient") })],
        "gatewayAuthority",
      );
      const release = world.executePayment(address, 0, {
        ...world.feeAccounts(),
        gateway_fee_account: world.tokens.recipient,
      });
      let made = 0;
      const paid = await payments(world, async () => {
        made = await calls(world, release, "stranger");
      });
      expect(paid).to.include({ recipient: 990_000n, gateway: 0n, protocol: 10_000n });
      expect(made).to.equal(expected(3));
      await world.expectOk(
        [world.updateGateway({ feeRecipient: world.key("gatewayFees") })],
        "gatewayAuthority",
      );
    });

    it("pays every ending of a held milestone", async () => {
      const held = next();
      const full = { recipient: 965_000n, gateway: 50_000n, protocol: 10_000n, owner: 0n };
      const part = { recipient: 579_000n, gateway: 30_000n, protocol: 6_000n, owner: 410_000n };
      let made = 0;
      const ending = async (instruction: TransactionInstruction, ...signers: Person[]) =>
        payments(world, async () => {
          made = await calls(world, instruction, ...signers);
        });

      expect(await ending(held.approve(0), "owner"), "approve").to.include(full);
      expect(made).to.equal(expected(3));
      await dispute(world, held, 1);
      expect(await ending(held.resolve(1, SHARE), "mediator"), "resolve").to.include(part);
      expect(made).to.equal(expected(4));
      expect(await ending(held.settle(2, SHARE), "owner", "recipient"), "settle").to.include(part);
      expect(made).to.equal(expected(4));
      await setReward(world, 2_000);
      const claimed = held.execute(3, { keeper_token_account: world.tokens.stranger });
      expect(await ending(claimed, "stranger"), "execute").to.include({
        recipient: 965_000n,
        gateway: 45_000n,
        keeper: 5_000n,
        protocol: 10_000n,
      });
      expect(made).to.equal(expected(4));
      await setReward(world, 0);
      expect(await held.held(), "nothing stays in the vault").to.equal(0n);
    });

    it("pays a mediation that ran out, and one part alone in one call", async () => {
      const held = next();
      await dispute(world, held, 0);
      await world.chain.setTime(START + 60n);
      expect(await calls(world, held.expire(0), "stranger")).to.equal(expected(4));
      expect(await calls(world, held.reclaimAgreed(1), "owner", "recipient")).to.equal(1);
      expect(await held.held()).to.equal(2n * (AMOUNT + 25_000n));
    });

    it("refuses another program in the place of SPL Token", async () => {
      const { address } = await payable(world, [AMOUNT]);
      const held = next();
      for (const token_program of [IMPOSTOR, TOKEN_2022_PROGRAM_ID, world.key("stranger")]) {
        const release = world.executePayment(address, 0, { ...world.feeAccounts(), token_program });
        await refused(world, release, "stranger", address);
        await refused(world, held.approve(0, { token_program }), "owner", held.policy.address);
      }
    });
  });
}

describe("SPL Token without Batch under the upgradeable loader, which no cluster has", () => {
  it("costs a failed transaction where several are paid, and nothing where one is", async () => {
    const accounts = await splTokenAccounts("before p-token", "upgradeable");
    const world = await World.create({ ...FEES, accounts });
    const { address } = await payable(world, [AMOUNT]);
    await world.unchanged([address], async () => {
      const release = world.executePayment(address, 0, world.feeAccounts());
      expectError(await world.send([release], "stranger"), INVALID_INSTRUCTION);
    });
    const held = await ready(world);
    await held.unchanged(async () => {
      expectError(await world.send([held.approve(0)], "owner"), INVALID_INSTRUCTION);
    });
    expect(await calls(world, held.reclaimAgreed(0), "owner", "recipient")).to.equal(1);
  });
});

describe("Token-2022, whose account does not tell whether it has Batch", () => {
  it("is called once per transfer", async () => {
    const world = await World.create({ ...FEES, tokenProgram: TOKEN_2022_PROGRAM_ID });
    const { address } = await payable(world, [AMOUNT]);
    const release = world.executePayment(address, 0, world.feeAccounts());
    expect(await calls(world, release, "stranger")).to.equal(3);
    const held = await ready(world);
    expect(await calls(world, held.approve(0), "owner")).to.equal(3);
    expect(await calls(world, held.settle(1, SHARE), "owner", "recipient")).to.equal(4);
  });
});

describe("the SPL Token that a runtime brings", () => {
  it("gets one call from LiteSVM's today and three from bankrun's before p-token", async () => {
    const world = await World.create(FEES);
    const { address } = await payable(world, [AMOUNT]);
    const release = world.executePayment(address, 0, world.feeAccounts());
    const made = await calls(world, release, "stranger");
    expect(made).to.equal(selectedRuntime() === "litesvm" ? 1 : 3);
  });
});
