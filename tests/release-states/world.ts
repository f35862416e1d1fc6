/** Writes a generated state into a chain, past every instruction. */
import { BorshAccountsCoder, type Idl } from "@coral-xyz/anchor";
import {
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import {
  type DestinationOverrides,
  type Escrow,
  getConfigPda,
  getEscrowPda,
  getGatewayPda,
  getPaymentPolicyPda,
  getUserPaymentPda,
  IDL,
  PROGRAM_ID,
} from "@milepost/sdk";
import BN from "bn.js";
import { Chain, fixedKeypair, START_TIME, startChain } from "../harness";
import type { AccountKind, FeePayee, Payee, ReleaseState, Role } from "./state";
import { mintBytes, type TokenFields, tokenAccountBytes } from "./token-bytes";

const coder = new BorshAccountsCoder(IDL as unknown as Idl);
const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const four = (values: BN[]): BN[] => [0, 1, 2, 3].map((slot) => values[slot] ?? new BN(0));

export const NOW = Number(START_TIME);
/** No two deadlines are within a second of each other. */
export const TERMS = {
  reviewPeriodSecs: 700,
  disputeWindowSecs: 500,
  mediationDelaySecs: 300,
  mediationTimeoutSecs: 1_400,
  deliveryGraceSecs: 200,
  timeoutRecipientBps: 6_000,
};

const PEOPLE = ["payer", "stranger", "owner", "recipient", "mediator"] as const;
const OTHERS = ["gatewaySigner", "otherSigner", "gatewayAuthority", "gatewayFees"] as const;
const PROTOCOL = ["protocolAuthority", "protocolFees", "mint"] as const;
type Name = (typeof PEOPLE)[number] | (typeof OTHERS)[number] | (typeof PROTOCOL)[number];

/** Where the accounts of the written state are. */
export interface Written {
  policy: PublicKey;
  mint: PublicKey;
  /** What the caller names. */
  overrides: DestinationOverrides;
  /** What the caller names for what goes back to the owner. */
  ownerTokenAccount?: PublicKey;
}

export class ReleaseWorld {
  readonly people: Record<Name, Keypair>;
  private readonly userPaymentBump: number;
  private readonly escrowBump: number;
  private readonly written = new Map<string, PublicKey>();

  private constructor(readonly chain: Chain) {
    const names = [...PEOPLE, ...OTHERS, ...PROTOCOL];
    const pairs = names.map((name) => [name, fixedKeypair(`release-states/${name}`)]);
    this.people = Object.fromEntries(pairs) as Record<Name, Keypair>;
    const [userPayment, bump] = this.userPayment();
    this.userPaymentBump = bump;
    this.escrowBump = getEscrowPda(getPaymentPolicyPda(userPayment, 7)[0])[1];
  }

  private userPayment(): [PublicKey, number] {
    return getUserPaymentPda(this.key("owner"), this.key("mint"));
  }

  static async start(): Promise<ReleaseWorld> {
    const world = new ReleaseWorld(await startChain());
    await world.chain.airdrop(world.key("payer"), 1_000_000_000_000n);
    return world;
  }

  key(name: Name): PublicKey {
    return this.people[name].publicKey;
  }

  executor({ executor }: ReleaseState): Keypair {
    return this.people[executor satisfies Role];
  }

  /** Forgets the last state and writes this one. */
  async write(state: ReleaseState): Promise<Written> {
    for (const address of this.written.values()) await this.set(address, null);
    this.written.clear();
    await this.chain.setTime(BigInt(clockOf(state)));
    const mint = this.key("mint");
    const program = tokenProgramOf(state);
    if (state.mint !== "closed") await this.put(mint, program, mintBytes(state.mint));
    const userPayment = this.derive("userPayment", () => this.userPayment()[0]);
    const policy = this.derive("policy", () => getPaymentPolicyPda(userPayment, 7)[0]);
    const escrow = this.derive("escrow", () => getEscrowPda(policy)[0]);
    await this.writeProgramAccounts(state, { userPayment, policy, escrow });
    await this.writeSource(state, { userPayment, escrow });
    const overrides = await this.writePayees(state, escrow);
    const owner = { wallet: this.key("owner"), authority: null, escrow };
    const ownerTokenAccount =
      state.funding === "held" ? await this.payee(state, state.refund, "refund", owner) : undefined;
    return { policy, mint, overrides, ...(ownerTokenAccount && { ownerTokenAccount }) };
  }

  /** Deriving an address takes most of the time that writing a state does. */
  private readonly derived = new Map<string, PublicKey>();

  private derive(label: string, derivation: () => PublicKey): PublicKey {
    const known = this.derived.get(label) ?? derivation();
    this.derived.set(label, known);
    return known;
  }

  private ata(owner: PublicKey, state: ReleaseState): PublicKey {
    return this.derive(`${owner.toBase58()}/${state.program}`, () =>
      getAssociatedTokenAddressSync(this.key("mint"), owner, true, tokenProgramOf(state)),
    );
  }

  private feeWallets({ gatewayFee, protocolFee }: ReleaseState) {
    const wallet = (payee: FeePayee, own: Name): PublicKey =>
      this.key(
        payee.wallet === "own" ? own : payee.wallet === "shared" ? "gatewayFees" : payee.wallet,
      );
    return {
      gateway: wallet(gatewayFee, "gatewayFees"),
      protocol: wallet(protocolFee, "protocolFees"),
    };
  }

  private async writeProgramAccounts(
    state: ReleaseState,
    at: { userPayment: PublicKey; policy: PublicKey; escrow: PublicKey },
  ): Promise<void> {
    const fees = this.feeWallets(state);
    const gateway = this.derive("gateway", () => getGatewayPda(this.key("gatewayAuthority"))[0]);
    const config = this.derive("config", () => getConfigPda()[0]);
    const times = { createdAt: new BN(NOW), updatedAt: new BN(NOW) };
    const rent = { rentPayer: this.key("stranger"), bump: 255 };
    await this.encode("programConfig", config, {
      authority: this.key("protocolAuthority"),
      pendingAuthority: PublicKey.default,
      feeRecipient: fees.protocol,
      protocolFeeBps: state.protocolFeeBps,
      isPaused: Number(state.isProgramPaused),
      bump: 255,
      reserved: zeros(32),
    });
    await this.encode("paymentGateway", gateway, {
      authority: this.key("gatewayAuthority"),
      signer: this.key(state.isSignerChanged ? "otherSigner" : "gatewaySigner"),
      feeRecipient: fees.gateway,
      feeBps: state.gatewayFeeBps,
      name: zeros(32),
      url: zeros(64),
      openPolicies: 1,
      ...rent,
      ...times,
      keeperRewardBps: 0,
      reserved: zeros(30),
    });
    await this.encode("userPayment", at.userPayment, {
      owner: this.key("owner"),
      mint: this.key("mint"),
      tokenAccount: this.ata(this.key("owner"), state),
      committed: new BN(state.amount * 4),
      openPolicies: 1,
      nextPolicyId: 8,
      ...rent,
      bump: this.userPaymentBump,
      ...times,
      reserved: zeros(36),
    });
    const amounts = Array.from({ length: state.total }, () => new BN(state.amount));
    await this.encode("paymentPolicy", at.policy, {
      userPayment: at.userPayment,
      recipient: this.key("recipient"),
      gateway,
      policyType: {
        milestone: {
          milestoneAmounts: four(amounts),
          milestoneTimestamps: four(amounts.map(() => new BN(dueDate(state)))),
          currentMilestone: state.current,
          releaseCondition: state.condition,
          totalMilestones: state.total,
          escrowAmount: new BN(state.amount * state.total),
          padding: zeros(53),
        },
      },
      status: state.isPaused ? { paused: {} } : { active: {} },
      memo: zeros(64),
      totalPaid: new BN(0),
      policyId: 7,
      protocolFeeBps: state.protocolFeeBps,
      gatewayFeeBps: state.gatewayFeeBps,
      ...rent,
      ...times,
      fundingKind: ["delegated", "held", "closed"].indexOf(state.funding),
      reserved: zeros(20),
    });
    if (state.funding === "held") await this.encode("escrow", at.escrow, this.escrow(state, at));
  }

  private escrow(
    state: ReleaseState,
    { policy, escrow }: { policy: PublicKey; escrow: PublicKey },
  ): Escrow {
    const isDisputed = state.escrow === "disputed" || state.escrow === "mediation";
    const isSubmitted = isDisputed || state.escrow === "submitted";
    const funded = new BN(fundingOf(state));
    const slot = (index: number) => {
      const isCurrent = index === state.current;
      const name = isCurrent ? state.escrow : index < state.current ? "released" : "funded";
      return {
        state: { [name]: {} },
        funded: name === "unfunded" ? new BN(0) : funded,
        paid: name === "released" ? funded : new BN(0),
        refunded: new BN(0),
        submittedAt: new BN(isCurrent && isSubmitted ? NOW : 0),
        disputedAt: new BN(isCurrent && isDisputed ? NOW + 10 : 0),
        evidenceHash: zeros(32),
        reasonHash: zeros(32),
      };
    };
    return {
      policy,
      mediator: this.key("mediator"),
      vault: this.ata(escrow, state),
      rentPayer: this.key("stranger"),
      ...TERMS,
      platformFeeBps: state.platformFeeBps,
      acceptedAt: new BN(state.isAccepted ? NOW - 100 : 0),
      readyAt: new BN(NOW - 50),
      mediationAt: new BN(isDisputed ? MEDIATION_AT : 0),
      createdAt: new BN(NOW),
      updatedAt: new BN(NOW),
      bump: this.escrowBump,
      milestones: [0, 1, 2, 3].map(slot) as Escrow["milestones"],
      reserved: zeros(19),
    };
  }

  /** The owner's account or the vault. */
  private async writeSource(
    state: ReleaseState,
    { userPayment, escrow }: { userPayment: PublicKey; escrow: PublicKey },
  ): Promise<void> {
    const { amount, sourceMoney } = state;
    const isHeld = state.funding === "held";
    const needs = BigInt(isHeld ? fundingOf(state) : amount);
    const owner = isHeld ? escrow : this.key("owner");
    const isShort = (kind: string) => sourceMoney === kind || sourceMoney === "bothShort";
    const delegates: Record<string, PublicKey | null> = {
      noDelegate: null,
      otherDelegate: this.key("stranger"),
    };
    const delegate = sourceMoney in delegates ? delegates[sourceMoney]! : userPayment;
    await this.token(state, state.source, this.ata(owner, state), {
      owner,
      amount: isShort("balanceShort") ? needs - 1n : needs * 4n,
      delegate: isHeld ? null : delegate,
      delegatedAmount: isHeld ? 0n : isShort("allowanceShort") ? needs - 1n : needs * 4n,
    });
  }

  private async writePayees(state: ReleaseState, escrow: PublicKey): Promise<DestinationOverrides> {
    const fees = this.feeWallets(state);
    const recipientTokenAccount = await this.payee(state, state.recipient, "recipient", {
      wallet: this.key("recipient"),
      authority: null,
      escrow,
    });
    const gatewayFeeAccount = await this.payee(state, state.gatewayFee, "gateway", {
      wallet: fees.gateway,
      authority: this.key("gatewayAuthority"),
      escrow,
    });
    const protocolFeeAccount = await this.payee(state, state.protocolFee, "protocol", {
      wallet: fees.protocol,
      authority: this.key("protocolAuthority"),
      escrow,
    });
    return {
      ...(recipientTokenAccount && { recipientTokenAccount }),
      ...(gatewayFeeAccount && { gatewayFeeAccount }),
      ...(protocolFeeAccount && { protocolFeeAccount }),
    };
  }

  /** Returns the account that the caller names. What was written for another payee before stays. */
  private async payee(
    state: ReleaseState,
    payee: Payee | FeePayee,
    label: string,
    at: { wallet: PublicKey; authority: PublicKey | null; escrow: PublicKey },
  ): Promise<PublicKey | undefined> {
    const fields = { owner: at.wallet, amount: 5n, delegate: null, delegatedAmount: 0n };
    await this.token(state, payee.account, this.ata(at.wallet, state), fields);
    if (at.authority && "authority" in payee) {
      const address = this.ata(at.authority, state);
      await this.token(state, payee.authority, address, { ...fields, owner: at.authority });
    }
    const other = (name: string) =>
      this.derive(`${label}/${name}`, () => fixedKeypair(`${label}/${name}`).publicKey);
    const spare = other("spare");
    if (payee.spare) await this.token(state, payee.spare, spare, fields);
    const { named } = payee;
    if (!named) return undefined;
    if (named === "mint") return this.key("mint");
    if (named === "paying") {
      return this.ata(state.funding === "held" ? at.escrow : this.key("owner"), state);
    }
    const address = other("named");
    const ofAuthority = named === "authority" || named === "authorityFrozen";
    const kind = ofAuthority ? (named === "authority" ? "fits" : "frozen") : named;
    const owner = ofAuthority && at.authority ? at.authority : at.wallet;
    await this.token(state, kind, address, { ...fields, owner });
    return address;
  }

  private async token(
    state: ReleaseState,
    kind: AccountKind,
    address: PublicKey,
    fields: Omit<TokenFields, "mint">,
  ): Promise<void> {
    if (kind === "missing" || this.written.has(address.toBase58())) return;
    if (kind === "lamports") return this.put(address, SystemProgram.programId, Buffer.alloc(0));
    const own = tokenProgramOf(state);
    const other = own.equals(TOKEN_PROGRAM_ID) ? TOKEN_2022_PROGRAM_ID : TOKEN_PROGRAM_ID;
    const program = kind === "otherProgram" ? other : own;
    const isAssociated = this.ata(fields.owner, state).equals(address);
    const data = tokenAccountBytes(
      kind,
      { ...fields, mint: this.key("mint") },
      program,
      isAssociated,
    );
    await this.put(address, program, data);
  }

  private async encode(name: string, address: PublicKey, account: object): Promise<void> {
    await this.put(address, PROGRAM_ID, await coder.encode(name, account));
  }

  private async put(address: PublicKey, owner: PublicKey, data: Buffer): Promise<void> {
    this.written.set(address.toBase58(), address);
    await this.set(address, { owner, data });
  }

  private set(address: PublicKey, account: { owner: PublicKey; data: Buffer } | null) {
    const { owner, data } = account ?? { owner: SystemProgram.programId, data: Buffer.alloc(0) };
    const lamports = account ? 10_000_000n : 0n;
    return this.chain.setAccount(address, { lamports, data, owner, executable: false });
  }
}

const MEDIATION_AT = NOW + 10 + TERMS.mediationDelaySecs;

const tokenProgramOf = ({ program }: ReleaseState): PublicKey =>
  program === "token" ? TOKEN_PROGRAM_ID : TOKEN_2022_PROGRAM_ID;

/** What the vault holds for one milestone, in base units. */
function fundingOf({ amount, platformFeeBps }: ReleaseState): number {
  return amount + Math.floor((amount * platformFeeBps) / 10_000);
}

/** Long past, unless the clock is to be at it. */
function dueDate({ deadline }: ReleaseState): number {
  return deadline === "due" ? NOW + 900 : NOW - 1_000;
}

/** The clock's second: at the deadline, or long after all of them. */
function clockOf({ deadline, offset }: ReleaseState): number {
  const at = {
    due: NOW + 900,
    review: NOW + TERMS.reviewPeriodSecs,
    mediation: MEDIATION_AT,
    expiry: MEDIATION_AT + TERMS.mediationTimeoutSecs,
    far: NOW + 10_000,
  };
  return at[deadline] + offset;
}
