/** Which account claims a keeper's reward, alone and in batches, and the room that it takes. */
import BN from "bn.js";
import { expect } from "chai";
import { getAssociatedTokenAddressSync, TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { AddressLookupTableAccount, type PublicKey } from "@solana/web3.js";
import { lookupTableAddresses } from "../../src/batch/lookup-table";
import { groupExecutions, packExecutions } from "../../src/batch/pack";
import { createContext } from "../../src/context/context";
import { InvalidInputError } from "../../src/errors/input";
import { MilestoneProgramError } from "../../src/errors/program";
import { buildExecution, type Execution } from "../../src/actions/build-execution";
import { loadReleaseSnapshots, type SnapshotOptions } from "../../src/release/load-snapshots";
import type { TokenAccountState } from "../../src/tokens/account";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  fakeWorld,
  gateway,
  gatewayAccount,
  heldWorld,
  keypair,
  mint,
  ownerTokens,
  policyPda,
  releaseSnapshot,
  stranger,
  tokenAccount,
  tokenAccountBytes,
  userPayment,
  vault,
} from "../fixtures";
import { heldSnapshot } from "../held-snapshot";
import { key, keeperState, rewarded, treasury } from "../keeper-claims";

const context = createContext(new FakeConnection().asConnection(), stranger);

describe("reading who claims", () => {
  const others = ["foreign", "frozen", "first", "second"] as const;
  const account = (name: string) => keypair(`claims ${name}`).publicKey;

  async function claimWorld(world: Awaited<ReturnType<typeof fakeWorld>>) {
    await world.put("paymentGateway", gateway, gatewayAccount({ keeperRewardBps: 2_000 }));
    for (const name of others) {
      const of = name === "foreign" ? { mint: stranger.publicKey } : {};
      const state = keeperState({ address: account(name), isFrozen: name === "frozen", ...of });
      world.connection.set(account(name), TOKEN_PROGRAM_ID, tokenAccountBytes(state));
    }
    return world;
  }

  it("given executePayment with an account, then it claims; through the client as well", async () => {
    const { sdk, context: on } = await claimWorld(await fakeWorld());
    const keeperTokenAccount = account("first");
    const instructions = await sdk.executePayment(policyPda, undefined, undefined, undefined, {
      keeperTokenAccount,
    });
    const last = instructions[instructions.length - 1]!;
    expect(last.keys[12]!.pubkey.equals(keeperTokenAccount)).to.equal(true);
    const { keeperReward: reward } = await sdk.prepareExecution(policyPda, { keeperTokenAccount });
    expect(reward.toNumber()).to.equal(100_000);
    const [snapshot] = await loadReleaseSnapshots(on, [policyPda]);
    expect(snapshot).to.not.have.property("keeperAccount");
  });

  it("given executePayment with an account of another mint, or none, then refused", async () => {
    const { sdk } = await claimWorld(await fakeWorld());
    for (const keeperTokenAccount of [account("foreign"), account("missing"), ownerTokens]) {
      const error = await expectError(MilestoneProgramError, () =>
        sdk.prepareExecution(policyPda, { keeperTokenAccount }),
      );
      expect(error.programErrorName).to.equal("InvalidKeeperTokenAccount");
    }
  });

  it("given a value that is not an address, then refused by name", async () => {
    const { sdk } = await claimWorld(await fakeWorld());
    const keeperTokenAccount = "an address" as unknown as PublicKey;
    const one = () => sdk.prepareExecution(policyPda, { keeperTokenAccount });
    expect((await expectError(InvalidInputError, one)).field).to.equal("keeperTokenAccount");
    const many = () =>
      sdk.packExecutions([policyPda], { keeperTokenAccounts: [keeperTokenAccount] });
    expect((await expectError(InvalidInputError, many)).field).to.equal("keeperTokenAccounts");
  });

  it("given a list, then the first of the mint that can receive claims", async () => {
    const { context: on } = await claimWorld(await fakeWorld());
    const names = ["missing", "foreign", "frozen", "first", "second"].map(account);
    const keeperTokenAccounts = [ownerTokens, ...names];
    const [group] = await packExecutions(on, [policyPda], { keeperTokenAccounts });
    const [execution] = group!.executions;
    expect(key(execution!, 12)).to.equal(account("first").toBase58());
    expect(execution!.keeperReward.toNumber()).to.equal(100_000);
  });

  it("given a list in which none can receive, then the reward is waived and the payment goes", async () => {
    const { context: on } = await claimWorld(await fakeWorld());
    const names = ["missing", "foreign", "frozen"].map(account);
    const [group] = await packExecutions(on, [policyPda], {
      keeperTokenAccounts: [ownerTokens, ...names],
    });
    expect(group!.executions[0]!.instruction.keys).to.have.length(11);
    expect(group!.executions[0]!.keeperReward.isZero()).to.equal(true);
  });

  describe("by owner", () => {
    const own = getAssociatedTokenAddressSync(mint, treasury, true);
    async function claimed(
      overrides: Partial<TokenAccountState> | null,
      bps = 2_000,
      options: SnapshotOptions = {},
    ) {
      const world = await claimWorld(await fakeWorld());
      await world.put("paymentGateway", gateway, gatewayAccount({ keeperRewardBps: bps }));
      const state = keeperState({ address: own, owner: treasury, ...overrides });
      if (overrides) world.connection.set(own, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
      const [snapshot] = await loadReleaseSnapshots(world.context, [policyPda], {
        keeperOwner: treasury,
        ...options,
      });
      return snapshot!.keeperAccount?.address.toBase58();
    }

    it("given its associated account, then it claims, where a reward is paid", async () => {
      expect(await claimed({})).to.equal(own.toBase58());
      expect(await claimed({}, 0)).to.equal(undefined);
    });

    it("given one that can't receive, is missing, or has another owner, then no account claims", async () => {
      for (const overrides of [null, { isFrozen: true }, { owner: stranger.publicKey }]) {
        expect(await claimed(overrides)).to.equal(undefined);
      }
    });

    it("given accounts that are named, then they go before it", async () => {
      const keeperTokenAccounts = [account("frozen"), account("second")];
      expect(await claimed({}, 2_000, { keeperTokenAccounts })).to.equal(
        account("second").toBase58(),
      );
    });
  });

  it("given a held policy, then its vault never claims, and the owner's account may", async () => {
    const submitted = { state: { submitted: {} }, funded: new BN(50_000_000) };
    const world = await claimWorld(await heldWorld([submitted]));
    const keeperTokenAccounts = [vault, ownerTokens];
    const [snapshot] = await loadReleaseSnapshots(world.context, [policyPda], {
      keeperTokenAccounts,
    });
    expect(snapshot!.keeperAccount!.address.equals(ownerTokens)).to.equal(true);
  });
});

describe("batches that claim", () => {
  /** Of different owners and recipients, one gateway and one mint, so one treasury. */
  const batch = (bps: number, isHeld = false): Execution[] =>
    Array.from({ length: 40 }, (_unused, index) => {
      const address = (name: string) => keypair(`${name} ${index}`).publicKey;
      const to = address("recipient");
      const { escrow, ...base } = isHeld ? heldSnapshot("submitted") : releaseSnapshot();
      const of = { recipient: to, userPayment: address("user payment") };
      const source = address(isHeld ? "vault" : "tokens");
      const snapshot = {
        ...base,
        policyAddress: address("policy"),
        policy: { ...base.policy, ...of },
        userPayment: userPayment({ owner: address("owner"), tokenAccount: source }),
        source: tokenAccount({ owner: address(isHeld ? "escrow" : "owner"), address: source }),
        recipientDestination: {
          address: address("destination"),
          owner: to,
          state: tokenAccount({ owner: to }),
          isAssociated: true,
        },
        ...(escrow && {
          // Its review is over, so that a stranger may execute.
          now: base.now.addn(10_000),
          escrow: { address: address("escrow"), account: { ...escrow.account, vault: source } },
        }),
      };
      return buildExecution(context, rewarded(bps, snapshot));
    });
  const fitting = (executions: Execution[], withTable: boolean): number => {
    const state = {
      deactivationSlot: 2n ** 64n - 1n,
      lastExtendedSlot: 0,
      lastExtendedSlotStartIndex: 0,
      addresses: lookupTableAddresses(executions),
    };
    const lookupTable = new AddressLookupTableAccount({ key: keypair("table").publicKey, state });
    const options = withTable ? { lookupTable } : {};
    const [first] = groupExecutions(executions, { payer: stranger.publicKey, ...options });
    return first!.executions.length;
  };
  const room = (bps: number, isHeld: boolean) =>
    [true, false].map((withTable) => fitting(batch(bps, isHeld), withTable));

  it("given rewards, then a transaction with and without a table has room for what PackOptions says", () => {
    expect([room(0, false), room(0, true)]).to.deep.equal([
      [14, 5],
      [11, 4],
    ]);
    expect([room(2_000, false), room(2_000, true)]).to.deep.equal([
      [12, 5],
      [11, 4],
    ]);
  });

  it("given rewards, then two bytes more a delegated execution, one more a held one, and the account once", () => {
    const size = (bps: number, count: number, isHeld: boolean) =>
      groupExecutions(batch(bps, isHeld).slice(0, count), { payer: stranger.publicKey })[0]!.size;
    for (const [isHeld, bytes] of [
      [false, 2],
      [true, 1],
    ] as const) {
      for (const count of [1, 3]) {
        const more = size(2_000, count, isHeld) - size(0, count, isHeld);
        expect(more).to.equal(32 + count * bytes);
      }
    }
  });
});
