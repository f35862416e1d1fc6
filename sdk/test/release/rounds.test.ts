/** How many rounds of requests a release takes to read. Each world has keys of its own, so that nothing was seen before. */
import { Buffer } from "buffer";
import BN from "bn.js";
import { expect } from "chai";
import { TOKEN_PROGRAM_ID } from "@solana/spl-token";
import { Keypair, type PublicKey, SYSVAR_CLOCK_PUBKEY, PublicKey as Key } from "@solana/web3.js";
import { listPoliciesByGateway } from "../../src/accounts/list";
import { executePayment } from "../../src/actions/execute-payment";
import { anchorAccounts } from "../anchor-coder";
import { FUNDING_KIND_HELD, PROGRAM_ID } from "../../src/constants";
import { createContext, type MilestoneContext } from "../../src/context/context";
import { AccountMismatchError } from "../../src/errors/accounts";
import { nextActions } from "../../src/next-actions/next-actions";
import { getVaultAddress } from "../../src/tokens/vault";
import {
  getConfigPda,
  getEscrowPda,
  getGatewayPda,
  getPaymentPolicyPda,
  getUserPaymentPda,
} from "../../src/pdas";
import { explainRelease } from "../../src/release/explain";
import { loadReleaseSnapshots } from "../../src/release/load-snapshots";
import { associatedTokenAddress } from "../../src/tokens/associated";
import type { PaymentPolicy } from "../../src/types";
import { expectError } from "../expect-error";
import { FakeConnection } from "../fake-connection";
import {
  config,
  escrow,
  gatewayAccount,
  mintBytes,
  NOW,
  policy as policyAccount,
  stranger,
  tokenAccountBytes,
  userPayment as userPaymentAccount,
} from "../fixtures";

const key = () => Keypair.generate().publicKey;

interface Fresh {
  connection: FakeConnection;
  context: MilestoneContext;
  policies: { address: PublicKey; account: PaymentPolicy }[];
  mint: PublicKey;
  gateway: PublicKey;
  recipient: PublicKey;
  owner: PublicKey;
  put: (name: string, address: PublicKey, account: object) => Promise<void>;
}

/** One mint and gateway, and as many policies of different owners. */
async function freshWorld({ isHeld = false, count = 1, memo = false } = {}): Promise<Fresh> {
  const connection = new FakeConnection();
  const put = async (name: string, address: PublicKey, account: object) =>
    connection.set(address, PROGRAM_ID, await anchorAccounts().encode(name, account));
  const [mint, authority, recipient, feeRecipient] = [key(), key(), key(), key()] as const;
  const [gateway] = getGatewayPda(authority);
  await put("programConfig", getConfigPda()[0], config({ feeRecipient: key() }));
  await put("paymentGateway", gateway, gatewayAccount({ authority, feeRecipient }));
  connection.set(mint, TOKEN_PROGRAM_ID, mintBytes());
  const clock = Buffer.alloc(40);
  clock.writeBigInt64LE(BigInt(NOW), 32);
  connection.set(SYSVAR_CLOCK_PUBKEY, Key.default, clock);
  const policies = [];
  let owner = key();
  for (let index = 0; index < count; index++) {
    owner = key();
    const [userPayment] = getUserPaymentPda(owner, mint);
    const [address] = getPaymentPolicyPda(userPayment, 7);
    const tokenAccount = associatedTokenAddress(mint, owner, TOKEN_PROGRAM_ID);
    await put("userPayment", userPayment, userPaymentAccount({ owner, mint, tokenAccount }));
    const account = policyAccount(
      { releaseCondition: 0 },
      {
        userPayment,
        recipient,
        gateway,
        rentPayer: owner,
        ...(isHeld && { fundingKind: FUNDING_KIND_HELD }),
      },
    );
    await put("paymentPolicy", address, account);
    const [escrowAddress] = getEscrowPda(address);
    const vault = getVaultAddress(escrowAddress, mint);
    const funded = { state: { funded: {} }, funded: new BN(50_000_000) };
    if (isHeld) await put("escrow", escrowAddress, escrow([funded], { policy: address, vault }));
    const source = isHeld ? vault : tokenAccount;
    const state = { owner: isHeld ? escrowAddress : owner, mint, delegate: userPayment };
    connection.set(source, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
    policies.push({ address, account });
  }
  if (memo) {
    const blocked = associatedTokenAddress(mint, recipient, TOKEN_PROGRAM_ID);
    const state = { owner: recipient, mint, isFrozen: true };
    connection.set(blocked, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
  }
  const context = createContext(connection.asConnection(), stranger);
  return { connection, context, policies, mint, gateway, recipient, owner, put };
}

async function roundsOf({ connection }: Fresh, read: () => Promise<unknown>): Promise<number> {
  const before = connection.rounds;
  await read();
  return connection.rounds - before;
}

describe("rounds of requests", () => {
  for (const isHeld of [false, true]) {
    const kind = isHeld ? "held" : "delegated";

    it(`given recipient, mint and gateway of a ${kind} policy, then executePayment takes two`, async () => {
      const world = await freshWorld({ isHeld });
      const { context, policies, mint, gateway, recipient } = world;
      const policyPda = policies[0]!.address;
      const args = { policyPda, recipient, tokenMint: mint, gateway };
      expect(await roundsOf(world, () => executePayment(context, args))).to.equal(2);
    });

    it(`given a ${kind} policy with its account, then explainRelease and nextActions take two`, async () => {
      for (const read of [
        ({ context, policies }: Fresh) => explainRelease(context, policies[0]!),
        ({ context, policies, owner }: Fresh) => nextActions(context, policies[0]!, owner),
      ]) {
        const world = await freshWorld({ isHeld });
        expect(await roundsOf(world, () => read(world))).to.equal(2);
      }
    });

    it(`given a ${kind} policy that was listed, then its address takes two`, async () => {
      const world = await freshWorld({ isHeld });
      const { context, policies, gateway } = world;
      await listPoliciesByGateway(context, gateway);
      const explained = () => explainRelease(context, policies[0]!.address);
      expect(await roundsOf(world, explained)).to.equal(2);
    });

    it(`given a ${kind} policy that was read before, then all of them take one`, async () => {
      const world = await freshWorld({ isHeld });
      const { context, policies, owner } = world;
      const policyPda = policies[0]!.address;
      await explainRelease(context, policyPda);
      for (const read of [
        () => explainRelease(context, policyPda),
        () => nextActions(context, policyPda, owner),
        () => executePayment(context, { policyPda }),
      ]) {
        expect(await roundsOf(world, read)).to.equal(1);
      }
    });

    it(`given nothing but the address of a ${kind} policy, then three: each names the next`, async () => {
      const world = await freshWorld({ isHeld });
      const { context, policies } = world;
      const explained = () => explainRelease(context, policies[0]!.address);
      expect(await roundsOf(world, explained)).to.equal(3);
    });
  }

  it("given eighty policies of different owners out of a list, then two, whatever the number", async () => {
    const world = await freshWorld({ count: 80 });
    const { context, policies } = world;
    const read = () => loadReleaseSnapshots(context, policies);
    expect(await roundsOf(world, read)).to.equal(2);
  });

  it("given a rent payer that is not the owner and a wallet that is neither, then the owner costs a third", async () => {
    const world = await freshWorld();
    const { context, policies, mint, gateway, put } = world;
    const { address: policyPda, account } = policies[0]!;
    await put("paymentPolicy", policyPda, { ...account, rentPayer: key() });
    const execute = () => executePayment(context, { policyPda, tokenMint: mint, gateway });
    expect(await roundsOf(world, execute)).to.equal(3);
  });

  it("given an account that can't receive, then one more looks for another", async () => {
    const world = await freshWorld({ memo: true });
    const { context, policies } = world;
    expect(await roundsOf(world, () => explainRelease(context, policies[0]!))).to.equal(3);
  });

  it("given what was seen is out of date, then what is read now counts", async () => {
    const world = await freshWorld();
    const { connection, context, policies, gateway, put, owner, mint } = world;
    const { address, account } = policies[0]!;
    await explainRelease(context, address);
    const [moved, feeRecipient] = [key(), key()];
    await put("paymentGateway", gateway, gatewayAccount({ authority: key(), feeRecipient }));
    await put(
      "userPayment",
      account.userPayment,
      userPaymentAccount({ owner, mint, tokenAccount: moved }),
    );
    const state = { owner, mint, delegate: account.userPayment };
    connection.set(moved, TOKEN_PROGRAM_ID, tokenAccountBytes(state));
    const [snapshot] = await loadReleaseSnapshots(context, [address]);
    expect(snapshot!.source!.address.equals(moved)).to.equal(true);
    const fees = associatedTokenAddress(mint, feeRecipient, TOKEN_PROGRAM_ID);
    expect(snapshot!.gatewayFeeDestination.address.equals(fees)).to.equal(true);
  });

  it("given hints that are wrong, then they are named, and nothing is built on them", async () => {
    const { context, policies, mint } = await freshWorld();
    const policyPda = policies[0]!.address;
    for (const wrong of [{ tokenMint: key() }, { gateway: key() }, { recipient: key() }]) {
      await expectError(AccountMismatchError, () =>
        executePayment(context, { policyPda, ...wrong }),
      );
    }
    const other = { policyPda, tokenMint: mint, gateway: mint };
    await expectError(AccountMismatchError, () => executePayment(context, other));
  });
});
