/** Writes a generated state into a chain, past every instruction. */
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import {
  getAssociatedTokenAddressSync,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import {
  type DestinationOverrides,
  getConfigPda,
  getEscrowPda,
  getGatewayPda,
  getPaymentPolicyPda,
  getUserPaymentPda,
  IDL,
  PROGRAM_ID,
} from "@milepost/sdk";
import { Chain, fixedKeypair, startChain } from "../../harness";
import { clockOf } from "./clock";
import { createPeople, type PersonName } from "./people";
import { programAccounts, type Surroundings } from "./program-accounts";
import {
  type AccountKind,
  type FeePayee,
  fundingOf,
  type Payee,
  type ReleaseState,
  type Role,
  tokenProgramOf,
} from "./state";
import { mintBytes, type TokenFields, tokenAccountBytes } from "./token-bytes";

const coder = new BorshAccountsCoder(IDL);

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
  readonly people: Record<PersonName, Keypair> = createPeople();
  private readonly bumps: Surroundings["bumps"];
  private readonly written = new Map<string, PublicKey>();

  private constructor(readonly chain: Chain) {
    const [userPayment, bump] = this.userPayment();
    const [, escrow] = getEscrowPda(getPaymentPolicyPda(userPayment, 7)[0]);
    this.bumps = { userPayment: bump, escrow };
  }

  private userPayment(): [PublicKey, number] {
    return getUserPaymentPda(this.key("owner"), this.key("mint"));
  }

  static async start(): Promise<ReleaseWorld> {
    const world = new ReleaseWorld(await startChain());
    await world.chain.airdrop(world.key("payer"), 1_000_000_000_000n);
    return world;
  }

  key(name: PersonName): PublicKey {
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
    const surroundings = this.surroundings(state, { userPayment, policy, escrow });
    for (const { type, address, account } of programAccounts(state, surroundings)) {
      await this.put(address, PROGRAM_ID, await coder.encode(type, account));
    }
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
    const wallet = (payee: FeePayee, own: PersonName): PublicKey =>
      this.key(
        payee.wallet === "own" ? own : payee.wallet === "shared" ? "gatewayFees" : payee.wallet,
      );
    return {
      gateway: wallet(gatewayFee, "gatewayFees"),
      protocol: wallet(protocolFee, "protocolFees"),
    };
  }

  private surroundings(
    state: ReleaseState,
    at: { userPayment: PublicKey; policy: PublicKey; escrow: PublicKey },
  ): Surroundings {
    return {
      ...at,
      key: (name) => this.key(name),
      gateway: this.derive("gateway", () => getGatewayPda(this.key("gatewayAuthority"))[0]),
      config: this.derive("config", () => getConfigPda()[0]),
      ownerTokenAccount: this.ata(this.key("owner"), state),
      vault: this.ata(at.escrow, state),
      feeWallets: this.feeWallets(state),
      bumps: this.bumps,
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
