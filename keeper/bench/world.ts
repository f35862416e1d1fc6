/**
 * Writes thousands of payable policies past the runtime's rules: sending their creations would take longer than the
 * measured work. Every account has the layout and the sums that the program itself would have left.
 */
import { BorshCoder } from "@coral-xyz/anchor";
import {
  getConfigPda,
  getGatewayPda,
  getPaymentPolicyPda,
  getUserPaymentPda,
  IDL,
  PROGRAM_ID,
  RELEASE_DUE_DATE,
} from "@milepost/sdk";
import {
  AccountLayout,
  AccountState,
  getAssociatedTokenAddressSync,
  MintLayout,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { type Keypair, PublicKey } from "@solana/web3.js";
import BN from "bn.js";
import type { Chain } from "../../localnet/src";
import { seededKeypair } from "./random";

export const GATEWAY_FEE_BPS = 100n;
export const PROTOCOL_FEE_BPS = 50n;
/** Multiple of all payments that is funded, so that one too many would show in the balances. */
const FUNDED_TIMES = 2n;
const BEFORE = 1_000;
/** Interval of policies whose recipient has no token account: the first payment creates it. */
const NEW_RECIPIENT_EVERY = 5;

export interface WorldPolicy {
  address: PublicKey;
  bump: number;
  id: number;
  recipient: PublicKey;
  recipientTokens: PublicKey;
  /** True when the recipient has no token account at first. */
  isNew: boolean;
  /** Due dates in Unix seconds by the chain's clock, one per milestone. */
  dueAt: readonly number[];
}

export interface WorldOwner {
  key: PublicKey;
  userPayment: PublicKey;
  bump: number;
  tokens: PublicKey;
  policies: WorldPolicy[];
}

/** Owners with their policies; no account is on chain yet. Each policy has a recipient of its own. */
export interface Population {
  owners: WorldOwner[];
  policies: WorldPolicy[];
}

const coder = new BorshCoder(IDL);
const zeros = (length: number) => new Array<number>(length).fill(0);
/** Returns the amount of the milestone: fees of whole base points leave no remainder. */
export const amountOf = (index: number): bigint => 10_000n * BigInt(index + 1);
export const sumOf = (milestones: number): bigint =>
  Array.from({ length: milestones }, (_, index) => amountOf(index)).reduce((a, b) => a + b, 0n);

/** Holds one mint, one gateway, one protocol. */
export class World {
  readonly deployer: Keypair;
  readonly mint: PublicKey;
  readonly gateway: PublicKey;
  readonly gatewayFees: PublicKey;
  readonly protocolFees: PublicKey;

  constructor(
    private readonly chain: Chain,
    private readonly seed: number,
    readonly milestones: number,
  ) {
    this.deployer = seededKeypair(seed, "deployer");
    this.mint = seededKeypair(seed, "mint").publicKey;
    this.gateway = getGatewayPda(this.deployer.publicKey)[0];
    this.gatewayFees = this.tokensOf(this.feeRecipient("gateway"));
    this.protocolFees = this.tokensOf(this.feeRecipient("protocol"));
  }

  /** Creates the accounts that all policies share. */
  async found(policies: number): Promise<void> {
    const { publicKey } = this.deployer;
    const now = new BN(this.chain.clock.time - BEFORE);
    const [config, configBump] = getConfigPda();
    const [gateway, gatewayBump] = getGatewayPda(publicKey);
    this.set(
      config,
      PROGRAM_ID,
      await coder.accounts.encode("programConfig", {
        authority: publicKey,
        pendingAuthority: PublicKey.default,
        feeRecipient: this.feeRecipient("protocol"),
        protocolFeeBps: Number(PROTOCOL_FEE_BPS),
        isPaused: 0,
        bump: configBump,
        reserved: zeros(32),
      }),
    );
    this.set(
      gateway,
      PROGRAM_ID,
      await coder.accounts.encode("paymentGateway", {
        authority: publicKey,
        signer: publicKey,
        feeRecipient: this.feeRecipient("gateway"),
        feeBps: Number(GATEWAY_FEE_BPS),
        name: zeros(32),
        url: zeros(64),
        openPolicies: policies,
        bump: gatewayBump,
        rentPayer: publicKey,
        createdAt: now,
        updatedAt: now,
        keeperRewardBps: 0,
        reserved: zeros(30),
      }),
    );
    const mint = Buffer.alloc(MintLayout.span);
    MintLayout.encode(
      {
        mintAuthorityOption: 1,
        mintAuthority: publicKey,
        supply: FUNDED_TIMES * sumOf(this.milestones) * BigInt(policies),
        decimals: 6,
        isInitialized: true,
        freezeAuthorityOption: 0,
        freezeAuthority: PublicKey.default,
      },
      mint,
    );
    this.set(this.mint, TOKEN_PROGRAM_ID, mint);
    this.setTokens(this.gatewayFees, this.feeRecipient("gateway"), 0n);
    this.setTokens(this.protocolFees, this.feeRecipient("protocol"), 0n);
  }

  /** Makes only the addresses, which take longest; no due dates yet. */
  populate(name: string, count: number, ownerCount: number): Population {
    const owners: WorldOwner[] = [];
    const policies: WorldPolicy[] = [];
    for (let index = 0; index < count; index += 1) {
      const owner = (owners[index % ownerCount] ??= this.owner(`${name} owner ${index}`));
      const id = Math.floor(index / ownerCount) + 1;
      const recipient = seededKeypair(this.seed, `${name} recipient ${index}`).publicKey;
      const [address, bump] = getPaymentPolicyPda(owner.userPayment, id);
      const policy = {
        address,
        bump,
        id,
        recipient,
        recipientTokens: this.tokensOf(recipient),
        isNew: index % NEW_RECIPIENT_EVERY === 0,
        dueAt: [],
      };
      owner.policies.push(policy);
      policies.push(policy);
    }
    return { owners, policies };
  }

  /** Writes everything; `dueAt` returns the due dates of a policy's milestones. */
  async settle(
    { owners, policies }: Population,
    dueAt: (index: number) => readonly number[],
  ): Promise<void> {
    policies.forEach((policy, index) => (policy.dueAt = dueAt(index)));
    const total = sumOf(this.milestones);
    for (const owner of owners) {
      const committed = total * BigInt(owner.policies.length);
      const funded = committed * FUNDED_TIMES;
      this.setTokens(owner.tokens, owner.key, funded, owner.userPayment);
      this.set(owner.userPayment, PROGRAM_ID, await this.userPayment(owner, committed));
      for (const policy of owner.policies) {
        if (!policy.isNew) this.setTokens(policy.recipientTokens, policy.recipient, 0n);
        this.set(policy.address, PROGRAM_ID, await this.policy(owner, policy));
      }
    }
  }

  /** Returns the bytes of an active policy with all milestones to come. */
  anyPolicy(): Promise<Buffer> {
    const owner = this.owner("any owner");
    const { key } = owner;
    const dueAt = new Array<number>(this.milestones).fill(0);
    const recipient = { recipient: key, recipientTokens: key, isNew: false };
    const policy = { address: key, bump: 255, id: 1, ...recipient, dueAt };
    return this.policy(owner, policy);
  }

  /** Returns the owner's tokens after everything was paid once. */
  leftOver(owner: WorldOwner): bigint {
    return (FUNDED_TIMES - 1n) * sumOf(this.milestones) * BigInt(owner.policies.length);
  }

  private owner(name: string): WorldOwner {
    const key = seededKeypair(this.seed, name).publicKey;
    const [userPayment, bump] = getUserPaymentPda(key, this.mint);
    return { key, userPayment, bump, tokens: this.tokensOf(key), policies: [] };
  }

  private userPayment(owner: WorldOwner, committed: bigint): Promise<Buffer> {
    const now = new BN(this.chain.clock.time - BEFORE);
    return coder.accounts.encode("userPayment", {
      owner: owner.key,
      mint: this.mint,
      tokenAccount: owner.tokens,
      committed: new BN(committed.toString()),
      openPolicies: owner.policies.length,
      nextPolicyId: owner.policies.length + 1,
      bump: owner.bump,
      rentPayer: owner.key,
      createdAt: now,
      updatedAt: now,
      reserved: zeros(36),
    });
  }

  private policy(owner: WorldOwner, policy: WorldPolicy): Promise<Buffer> {
    const now = new BN(this.chain.clock.time - BEFORE);
    const slots = [0, 1, 2, 3];
    const { milestones } = this;
    return coder.accounts.encode("paymentPolicy", {
      userPayment: owner.userPayment,
      recipient: policy.recipient,
      gateway: this.gateway,
      policyType: {
        milestone: {
          milestoneAmounts: slots.map((k) => new BN(k < milestones ? amountOf(k).toString() : 0)),
          milestoneTimestamps: slots.map((k) => new BN(policy.dueAt[k] ?? 0)),
          currentMilestone: 0,
          releaseCondition: RELEASE_DUE_DATE,
          totalMilestones: milestones,
          escrowAmount: new BN(sumOf(milestones).toString()),
          padding: zeros(53),
        },
      },
      status: { active: {} },
      memo: zeros(64),
      totalPaid: new BN(0),
      policyId: policy.id,
      createdAt: now,
      updatedAt: now,
      protocolFeeBps: Number(PROTOCOL_FEE_BPS),
      gatewayFeeBps: Number(GATEWAY_FEE_BPS),
      bump: policy.bump,
      rentPayer: owner.key,
      fundingKind: 0,
      reserved: zeros(20),
    });
  }

  private feeRecipient(of: "gateway" | "protocol"): PublicKey {
    return seededKeypair(this.seed, `${of} fees`).publicKey;
  }

  private tokensOf(owner: PublicKey): PublicKey {
    return getAssociatedTokenAddressSync(this.mint, owner);
  }

  private setTokens(address: PublicKey, owner: PublicKey, amount: bigint, to?: PublicKey): void {
    const data = Buffer.alloc(AccountLayout.span);
    AccountLayout.encode(
      {
        mint: this.mint,
        owner,
        amount,
        delegateOption: to ? 1 : 0,
        delegate: to ?? PublicKey.default,
        delegatedAmount: to ? amount : 0n,
        state: AccountState.Initialized,
        isNativeOption: 0,
        isNative: 0n,
        closeAuthorityOption: 0,
        closeAuthority: PublicKey.default,
      },
      data,
    );
    this.set(address, TOKEN_PROGRAM_ID, data);
  }

  private set(address: PublicKey, owner: PublicKey, data: Buffer): void {
    this.chain.setAccount(address.toBase58(), {
      lamports: this.chain.svm.rentExempt(data.length),
      data,
      owner: owner.toBase58(),
      executable: false,
    });
  }
}
