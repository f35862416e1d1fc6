import { Buffer } from "buffer";
import BN from "bn.js";
import {
  ACCOUNT_SIZE as TOKEN_ACCOUNT_SIZE,
  AccountLayout,
  MINT_SIZE,
  MintLayout,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SYSVAR_CLOCK_PUBKEY } from "@solana/web3.js";
import { anchorAccounts } from "./anchor-coder";
import { createContext } from "../src/context/context";
import { type MilestoneClient, Tributary } from "../src/index";
import {
  getConfigPda,
  getEscrowPda,
  getGatewayPda,
  getPaymentPolicyPda,
  getUserPaymentPda,
} from "../src/pdas";
import { DEFAULT_ESCROW_TERMS, FUNDING_KIND_HELD, PROGRAM_ID } from "../src/constants";
import { escrowOutstanding } from "../src/rules/payout";
import { getVaultAddress } from "../src/tokens/vault";
import { type TokenAccountState } from "../src/tokens/account";
import { associatedTokenAddress } from "../src/tokens/associated";
import type { ReleaseSnapshot } from "../src/release/snapshot";
import type {
  Escrow,
  EscrowMilestone,
  Milestone,
  PaymentGateway,
  PaymentPolicy,
  ProgramConfig,
  UserPayment,
} from "../src/types";
import { FakeConnection } from "./fake-connection";

/** A keypair that is the same in every run. */
export function keypair(name: string): Keypair {
  return Keypair.fromSeed(Uint8Array.from(Buffer.alloc(32, name)));
}

export const owner = keypair("owner");
export const recipient = keypair("recipient");
export const gatewaySigner = keypair("gateway signer");
export const gatewayAuthority = keypair("gateway authority");
export const feeRecipient = keypair("fee recipient");
export const stranger = keypair("stranger");
export const mediator = keypair("mediator");
export const mint = keypair("mint").publicKey;
export const gateway = getGatewayPda(gatewayAuthority.publicKey)[0];
export const userPaymentPda = getUserPaymentPda(owner.publicKey, mint)[0];
export const policyPda = getPaymentPolicyPda(userPaymentPda, 7)[0];
export const ownerTokens = associatedTokenAddress(mint, owner.publicKey, TOKEN_PROGRAM_ID);
export const escrowPda = getEscrowPda(policyPda)[0];
export const vault = getVaultAddress(escrowPda, mint);
export const NOW = 1_800_000_000;

const zeros = (length: number) => new Array<number>(length).fill(0);
const four = (values: number[]) => [0, 1, 2, 3].map((slot) => new BN(values[slot] ?? 0));

export function milestone(overrides: Partial<Milestone> = {}): Milestone {
  const milestoneAmounts = overrides.milestoneAmounts ?? four([50_000_000, 100_000_000]);
  return {
    milestoneAmounts,
    milestoneTimestamps: four([NOW, NOW + 100]),
    currentMilestone: 0,
    releaseCondition: 1,
    totalMilestones: 2,
    escrowAmount: milestoneAmounts.reduce((sum, amount) => sum.add(amount), new BN(0)),
    padding: zeros(53),
    ...overrides,
  };
}

export function policy(
  milestoneOverrides: Partial<Milestone> = {},
  overrides: Partial<PaymentPolicy> = {},
): PaymentPolicy {
  return {
    userPayment: userPaymentPda,
    recipient: recipient.publicKey,
    gateway,
    policyType: { milestone: milestone(milestoneOverrides) },
    status: { active: {} },
    memo: zeros(64),
    totalPaid: new BN(0),
    policyId: 7,
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    protocolFeeBps: 50,
    gatewayFeeBps: 100,
    bump: 255,
    rentPayer: owner.publicKey,
    fundingKind: 0,
    reserved: zeros(20),
    ...overrides,
  };
}

export function userPayment(overrides: Partial<UserPayment> = {}): UserPayment {
  return {
    owner: owner.publicKey,
    mint,
    tokenAccount: ownerTokens,
    committed: new BN(150_000_000),
    openPolicies: 1,
    nextPolicyId: 8,
    bump: 255,
    rentPayer: owner.publicKey,
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    reserved: zeros(36),
    ...overrides,
  };
}

export function gatewayAccount(overrides: Partial<PaymentGateway> = {}): PaymentGateway {
  return {
    authority: gatewayAuthority.publicKey,
    signer: gatewaySigner.publicKey,
    feeRecipient: feeRecipient.publicKey,
    feeBps: 100,
    name: zeros(32),
    url: zeros(64),
    openPolicies: 1,
    bump: 255,
    rentPayer: gatewayAuthority.publicKey,
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    keeperRewardBps: 0,
    reserved: zeros(30),
    ...overrides,
  };
}

export function config(overrides: Partial<ProgramConfig> = {}): ProgramConfig {
  return {
    authority: stranger.publicKey,
    pendingAuthority: PublicKey.default,
    feeRecipient: feeRecipient.publicKey,
    protocolFeeBps: 50,
    isPaused: 0,
    bump: 255,
    reserved: zeros(32),
    ...overrides,
  };
}

export function escrowMilestone(overrides: Partial<EscrowMilestone> = {}): EscrowMilestone {
  return {
    state: { unfunded: {} },
    funded: new BN(0),
    paid: new BN(0),
    refunded: new BN(0),
    submittedAt: new BN(0),
    disputedAt: new BN(0),
    evidenceHash: zeros(32),
    reasonHash: zeros(32),
    ...overrides,
  };
}

/** An accepted escrow of `policy()`; its first milestones are given, the others unfunded. */
export function escrow(
  milestones: Partial<EscrowMilestone>[] = [],
  overrides: Partial<Escrow> = {},
): Escrow {
  return {
    policy: policyPda,
    mediator: mediator.publicKey,
    vault,
    rentPayer: owner.publicKey,
    ...DEFAULT_ESCROW_TERMS,
    acceptedAt: new BN(NOW),
    readyAt: new BN(0),
    mediationAt: new BN(0),
    createdAt: new BN(NOW),
    updatedAt: new BN(NOW),
    bump: 255,
    milestones: [0, 1, 2, 3].map((index) => escrowMilestone(milestones[index])),
    reserved: zeros(19),
    ...overrides,
  };
}

export function tokenAccount(overrides: Partial<TokenAccountState> = {}): TokenAccountState {
  return {
    address: ownerTokens,
    tokenProgram: TOKEN_PROGRAM_ID,
    owner: owner.publicKey,
    mint,
    amount: 300_000_000n,
    delegate: userPaymentPda,
    delegatedAmount: 150_000_000n,
    isFrozen: false,
    isCpiGuarded: false,
    isMemoRequired: false,
    isConfidentialOnly: false,
    ...overrides,
  };
}

/** A snapshot of a policy that anyone may release at `NOW`. */
export function releaseSnapshot(overrides: Partial<ReleaseSnapshot> = {}): ReleaseSnapshot {
  const destination = (of: PublicKey) => {
    const address = associatedTokenAddress(mint, of, TOKEN_PROGRAM_ID);
    const state = tokenAccount({
      address,
      owner: of,
      delegate: null,
      delegatedAmount: 0n,
      amount: 0n,
    });
    return { address, owner: of, state, isAssociated: true };
  };
  return {
    policyAddress: policyPda,
    policy: policy(),
    userPayment: userPayment(),
    gateway: gatewayAccount(),
    configAddress: getConfigPda()[0],
    config: config(),
    mint: { address: mint, tokenProgram: TOKEN_PROGRAM_ID, decimals: 6, unsupportedExtensions: [] },
    source: tokenAccount(),
    recipientDestination: destination(recipient.publicKey),
    gatewayFeeDestination: destination(feeRecipient.publicKey),
    protocolFeeDestination: destination(feeRecipient.publicKey),
    now: new BN(NOW),
    ...overrides,
  };
}

/** A chain in memory with the program's accounts, a mint and the owner's tokens; and the owner's context on it. */
export async function fakeWorld(): Promise<{
  connection: FakeConnection;
  context: ReturnType<typeof createContext>;
  sdk: MilestoneClient;
  put: (name: string, address: PublicKey, account: object) => Promise<void>;
}> {
  const connection = new FakeConnection();
  const put = async (name: string, address: PublicKey, account: object) =>
    connection.set(address, PROGRAM_ID, await anchorAccounts().encode(name, account));
  await put("programConfig", getConfigPda()[0], config());
  await put("paymentGateway", gateway, gatewayAccount());
  await put("userPayment", userPaymentPda, userPayment());
  await put("paymentPolicy", policyPda, policy());
  connection.set(mint, TOKEN_PROGRAM_ID, mintBytes());
  connection.set(ownerTokens, TOKEN_PROGRAM_ID, tokenAccountBytes());
  const clock = Buffer.alloc(40);
  clock.writeBigInt64LE(BigInt(NOW), 32);
  connection.set(SYSVAR_CLOCK_PUBKEY, PublicKey.default, clock);
  return {
    connection,
    put,
    context: createContext(connection.asConnection(), owner),
    sdk: new Tributary(connection.asConnection(), owner),
  };
}

type FakeWorld = Awaited<ReturnType<typeof fakeWorld>>;

/** `fakeWorld` with `policy()` held: an escrow with these milestones, and a vault with what is outstanding in it. */
export async function heldWorld(
  milestones: Partial<EscrowMilestone>[] = [],
  overrides: Partial<Escrow> = {},
  milestoneOverrides: Partial<Milestone> = {},
): Promise<FakeWorld> {
  const world = await fakeWorld();
  const account = escrow(milestones, overrides);
  await world.put(
    "paymentPolicy",
    policyPda,
    policy({ releaseCondition: 4, ...milestoneOverrides }, { fundingKind: FUNDING_KIND_HELD }),
  );
  await world.put("escrow", escrowPda, account);
  const amount = BigInt(escrowOutstanding(account).toString());
  const held = { owner: escrowPda, amount, delegate: null, delegatedAmount: 0n };
  world.connection.set(vault, TOKEN_PROGRAM_ID, tokenAccountBytes(held));
  return world;
}

export function mintBytes(): Buffer {
  const data = Buffer.alloc(MINT_SIZE);
  MintLayout.encode(
    {
      mintAuthorityOption: 1,
      mintAuthority: stranger.publicKey,
      supply: 10n ** 12n,
      decimals: 6,
      isInitialized: true,
      freezeAuthorityOption: 0,
      freezeAuthority: PublicKey.default,
    },
    data,
  );
  return data;
}

export function tokenAccountBytes(overrides: Partial<TokenAccountState> = {}): Buffer {
  const state = tokenAccount(overrides);
  const data = Buffer.alloc(TOKEN_ACCOUNT_SIZE);
  AccountLayout.encode(
    {
      mint: state.mint,
      owner: state.owner,
      amount: state.amount,
      delegateOption: state.delegate ? 1 : 0,
      delegate: state.delegate ?? PublicKey.default,
      delegatedAmount: state.delegatedAmount,
      state: state.isFrozen ? 2 : 1,
      isNativeOption: 0,
      isNative: 0n,
      closeAuthorityOption: 0,
      closeAuthority: PublicKey.default,
    },
    data,
  );
  return data;
}
