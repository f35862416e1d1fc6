import { expect } from "chai";
import { createContext } from "@milepost/sdk";
import {
  createCloseAccountInstruction,
  createEnableRequiredMemoTransfersInstruction,
  createReallocateInstruction,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair } from "@solana/web3.js";
import { profits } from "../../src/status/profit";
import { readSnapshots } from "../../src/work/read-snapshots";
import {
  GATEWAY_FEE,
  REWARD,
  type RewardMint,
  RewardNet,
  type RewardPolicy,
} from "../harness/reward-net";

describe("work: rewards", () => {
  let chain: RewardNet;
  beforeEach(async () => {
    chain = await RewardNet.start();
  });
  afterEach(() => chain.stop());

  const own = (mint: RewardMint) => chain.tokens(mint, chain.payer.publicKey);
  async function policies(mint: RewardMint, count: number): Promise<RewardPolicy[]> {
    const made = [];
    for (let each = 0; each < count; each += 1) made.push(await chain.policy(mint));
    return made;
  }
  const reasons = () => chain.unclaimed.map(({ reason }) => reason);

  for (const [name, program] of [
    ["SPL Token", TOKEN_PROGRAM_ID],
    ["Token-2022", TOKEN_2022_PROGRAM_ID],
  ] as const) {
    it(`given a mint of ${name}, when a delegated and a held milestone are paid, then the fee payer's account gets the share of both, and each outcome knows its own`, async () => {
      const mint = await chain.mint(program);
      await own(mint);
      const all = [await chain.policy(mint), await chain.policy(mint, true)];
      await chain.run();
      await chain.expectPaid(all);
      expect(chain.rewards(all)).to.deep.equal([REWARD, REWARD]);
      expect(await chain.balance(mint, chain.payer.publicKey)).to.equal(2n * REWARD);
      expect(await chain.gatewayBalance(mint)).to.equal(2n * (GATEWAY_FEE - REWARD));
      expect(await chain.attempts()).to.deep.equal(["landed"]);
      expect(chain.unclaimed).to.deep.equal([]);
      const [profit] = await profits(chain.test.database);
      expect(profit).to.include({ rewards: 2n * REWARD, unknownRewards: 0n, payments: 2n });
      expect(await chain.metrics.text()).to.include(
        `milepost_keeper_rewards_base_units_total{mint="${mint.address.toBase58()}"} ${2n * REWARD}\n`,
      );
    });
  }

  it("given an owner of rewards, then they are that owner's, and the fee payer gets none", async () => {
    const mint = await chain.mint();
    const treasury = Keypair.generate().publicKey;
    await own(mint);
    await chain.tokens(mint, treasury);
    const all = await policies(mint, 1);
    await chain.run({ rewardOwner: treasury });
    expect(chain.rewards(all)).to.deep.equal([REWARD]);
    expect(await chain.balance(mint, treasury)).to.equal(REWARD);
    expect(await chain.balance(mint, chain.payer.publicKey)).to.equal(0n);
  });

  it("given no account of the mint, or one that is frozen, then every recipient is paid, nothing is created, and the loss is reported", async () => {
    const [missing, frozen] = [await chain.mint(), await chain.mint()];
    await own(frozen);
    await chain.freeze(frozen, chain.payer.publicKey);
    const all = [await chain.policy(missing), await chain.policy(frozen)];
    await chain.run();
    await chain.expectPaid(all);
    expect(chain.rewards(all)).to.deep.equal([0n, 0n]);
    const account = chain.accountOf(missing, chain.payer.publicKey);
    expect(await chain.net.connection.getAccountInfo(account)).to.equal(null);
    expect(await chain.attempts()).to.deep.equal(["landed"]);
    expect(chain.unclaimed).to.have.deep.members(
      all.map(({ address, mint }) => ({
        policy: address,
        milestoneIndex: 0,
        mint: mint.address.toBase58(),
        owner: chain.payer.publicKey.toBase58(),
        reason: "NoTokenAccount",
        amount: REWARD,
      })),
    );
  });

  it("given many mints, when their policies are read and paid, then claiming takes no more requests, and each reward is its own", async () => {
    const all: RewardPolicy[] = [];
    for (let each = 0; each < 10; each += 1) {
      const mint = await chain.mint(each % 2 ? TOKEN_2022_PROGRAM_ID : TOKEN_PROGRAM_ID);
      if (each % 3) await own(mint);
      all.push(await chain.policy(mint));
    }
    const context = createContext(chain.connection(), chain.payer);
    const requests: number[] = [];
    // The first read is of policies without a known slot, and takes more rounds.
    for (const options of [{}, {}, { keeperOwner: chain.payer.publicKey }]) {
      const before = chain.calls.length;
      const snapshots = await readSnapshots(
        context,
        all.map(({ address }) => address),
        options,
      );
      expect(snapshots.size).to.equal(all.length);
      requests.push(chain.calls.length - before);
    }
    expect(requests[2]).to.equal(requests[1]);
    await chain.run();
    await chain.expectPaid(all);
    expect(chain.rewards(all)).to.deep.equal(all.map((_, each) => (each % 3 ? REWARD : 0n)));
    expect(chain.failed).to.deep.equal([]);
  });

  it("given a freeze of the keeper's account before the payments land, then all are paid at once and once, those of other mints with their rewards", async () => {
    const [mint, other] = [await chain.mint(), await chain.mint()];
    await Promise.all([own(mint), own(other)]);
    const [hit, safe] = [await policies(mint, 3), await policies(other, 2)];
    chain.beforeLanding(() => chain.freeze(mint, chain.payer.publicKey));
    await chain.run();
    await chain.expectPaid([...hit, ...safe]);
    expect(chain.rewards([...hit, ...safe])).to.deep.equal([0n, 0n, 0n, REWARD, REWARD]);
    expect(await chain.balance(other, chain.payer.publicKey)).to.equal(2n * REWARD);
    expect(await chain.attempts()).to.deep.equal(["failed", "landed"]);
    expect(chain.failed).to.deep.equal([]);
    expect(reasons()).to.deep.equal(hit.map(() => "TokenAccountFrozen"));
  });

  it("given the keeper's account closed before a delegated and a held payment land, then both are paid without it, after one more simulation", async () => {
    const mint = await chain.mint();
    const account = await own(mint);
    const all = [await chain.policy(mint), await chain.policy(mint, true)];
    const { payer } = chain;
    const close = createCloseAccountInstruction(account, payer.publicKey, payer.publicKey);
    chain.beforeLanding(async () => void (await chain.send([close], payer)));
    await chain.run();
    await chain.expectPaid(all);
    expect(chain.rewards(all)).to.deep.equal([0n, 0n]);
    expect(await chain.attempts()).to.deep.equal(["failed", "landed"]);
    const [simulate, send] = ["simulateTransaction", "sendTransaction"];
    expect(chain.paymentCalls).to.deep.equal([simulate, send, simulate, send]);
    expect(reasons()).to.deep.equal(all.map(() => "InvalidKeeperTokenAccount"));
    expect(chain.failed).to.deep.equal([]);
  });

  it("given an account that demands a memo from before the landing on, then it is paid without, and next time it is not named", async () => {
    const mint = await chain.mint(TOKEN_2022_PROGRAM_ID);
    const account = await own(mint);
    const { payer } = chain;
    const { publicKey } = payer;
    const first = await policies(mint, 1);
    chain.beforeLanding(async () => {
      const demand = [
        createReallocateInstruction(account, publicKey, [ExtensionType.MemoTransfer], publicKey),
        createEnableRequiredMemoTransfersInstruction(account, publicKey),
      ];
      await chain.send(demand, payer);
    });
    await chain.run();
    const second = await policies(mint, 1);
    await chain.run();
    await chain.expectPaid([...first, ...second]);
    expect(await chain.attempts()).to.deep.equal(["failed", "landed", "landed"]);
    expect(reasons()).to.deep.equal(["TokenNoMemo", "NoTokenAccount"]);
    expect(chain.failed).to.deep.equal([]);
  });

  it("given a recipient who is frozen before the landing, then that payment waits, after one try without the reward, and the others keep theirs", async () => {
    const mint = await chain.mint();
    await own(mint);
    const [hit, ...others] = await policies(mint, 3);
    chain.beforeLanding(() => chain.freeze(mint, hit!.recipient));
    await chain.run();
    await chain.expectPaid(others);
    expect(chain.rewards(others)).to.deep.equal([REWARD, REWARD]);
    expect(await chain.currentMilestone(hit!)).to.equal(0);
    expect(
      chain.failed.map(({ member, verdict }) => [member.policy, verdict.reason]),
    ).to.deep.equal([[hit!.address, "TokenAccountFrozen"]]);
    expect(chain.unclaimed.map(({ policy }) => policy)).to.deep.equal([hit!.address]);
    expect(await chain.balance(mint, hit!.recipient)).to.equal(0n);
  });

  for (const [bps, paid] of [
    [0, 0n],
    [10_000, GATEWAY_FEE],
    [1, 2n],
  ] as const) {
    it(`given a reward that becomes ${bps} basis points before the landing, then the outcome is what was paid: ${paid}`, async () => {
      const mint = await chain.mint();
      await own(mint);
      const all = await policies(mint, 2);
      chain.beforeLanding(() => chain.setReward(bps));
      await chain.run();
      await chain.expectPaid(all);
      expect(chain.rewards(all)).to.deep.equal([paid, paid]);
      expect(await chain.balance(mint, chain.payer.publicKey)).to.equal(2n * paid);
      expect(await chain.attempts()).to.deep.equal(["landed"]);
    });
  }

  for (const [what, isKept, last] of [
    ["and kept the transfers", true, REWARD],
    ["and kept no transfers", false, null],
  ] as const) {
    it(`given logs that the node cut off, ${what}, then the reward behind the cut is ${last ?? "not known, and the sum says so"}`, async () => {
      const mint = await chain.mint();
      await own(mint);
      await policies(mint, 2);
      chain.onAnswer = ({ method }, answer) => {
        const { result } = answer as { result?: { meta?: Record<string, unknown> } };
        if (method !== "getTransaction" || !result?.meta) return answer;
        const logs = result.meta.logMessages as string[];
        const data = logs.flatMap((line, at) => (line.startsWith("Program data: ") ? [at] : []));
        // The log has payment, reward, payment, reward: the last is lost.
        expect(data).to.have.length(4);
        result.meta.logMessages = [...logs.slice(0, data[3]), "Log truncated"];
        if (!isKept) result.meta.innerInstructions = null;
        return answer;
      };
      await chain.run();
      expect(chain.executed.map(({ reward }) => reward)).to.deep.equal([REWARD, last]);
      const [profit] = await profits(chain.test.database);
      const sum = REWARD + (last ?? 0n);
      const unknown = last === null ? 1n : 0n;
      expect(profit).to.include({ rewards: sum, unknownRewards: unknown, payments: 2n });
      const text = await chain.metrics.text();
      const label = `{mint="${mint.address.toBase58()}"}`;
      expect(text).to.include(`milepost_keeper_rewards_base_units_total${label} ${sum}\n`);
      if (last === null) {
        expect(text).to.include(`milepost_keeper_unknown_rewards_total${label} 1\n`);
      }
    });
  }
});
