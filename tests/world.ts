/**
 * A chain with the program, its config, a gateway, a mint and the people of every test, and builders of each
 * instruction with valid defaults that a test overrides one by one.
 */
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import BN from "bn.js";
import {
  Chain,
  createMint,
  createTokenAccount,
  expectUnchanged,
  fixedKeypair,
  MintExtension,
  mintTo,
  programDataAddress,
  readTokenAccount,
  RuntimeName,
  SendResult,
  snapshot,
  startChain,
  TestMint,
} from "./harness";
import {
  Accounts,
  configAddress,
  gatewayAddress,
  IDL,
  instruction,
  policyAddress,
  Schedule,
  scheduleArgs,
  userPaymentAddress,
} from "./instructions";

/** A day on which the tests' clock starts: 2026-01-01T00:00:00Z, in seconds. */
export const START = 1_767_225_600n;
export const WEEK = 604_800n;

export const PEOPLE = [
  "payer",
  "upgradeAuthority",
  "gatewayAuthority",
  "gatewaySigner",
  "gatewayFees",
  "protocolFees",
  "owner",
  "recipient",
  "mediator",
  "stranger",
] as const;
export type Person = (typeof PEOPLE)[number];

export interface WorldOptions {
  /** The runtime this run is for when absent. */
  runtime?: RuntimeName;
  protocolFeeBps?: number;
  gatewayFeeBps?: number;
  /** SPL Token, or Token-2022 where there are extensions. */
  tokenProgram?: PublicKey;
  extensions?: MintExtension[];
  decimals?: number;
  /** What the owner's token account starts with. */
  balance?: bigint;
}

export interface PolicyRef {
  address: PublicKey;
  id: number;
  schedule: Schedule;
}

const coder = new BorshAccountsCoder(IDL);

/** Anchor's decoding of an account, with the IDL's snake_case names. */
export type Decoded = Record<string, unknown>;

export class World {
  private constructor(
    readonly chain: Chain,
    readonly people: Record<Person, Keypair>,
    readonly testMint: TestMint,
    /** Token accounts of the mint, one a person. */
    readonly tokens: Record<Person, PublicKey>,
  ) {}

  readonly config = configAddress();

  get mint(): PublicKey {
    return this.testMint.address;
  }

  get tokenProgram(): PublicKey {
    return this.testMint.program;
  }

  get gateway(): PublicKey {
    return gatewayAddress(this.key("gatewayAuthority"));
  }

  get userPayment(): PublicKey {
    return userPaymentAddress(this.key("owner"), this.mint);
  }

  key(person: Person): PublicKey {
    return this.people[person].publicKey;
  }

  static async create(options: WorldOptions = {}): Promise<World> {
    const chain = await startChain(options.runtime ? { runtime: options.runtime } : {});
    const people = Object.fromEntries(
      PEOPLE.map((person) => [
        person,
        person === "payer"
          ? chain.payer
          : person === "upgradeAuthority"
            ? chain.upgradeAuthority
            : fixedKeypair(person),
      ]),
    ) as Record<Person, Keypair>;
    for (const person of Object.values(people)) {
      await chain.airdrop(person.publicKey, 100_000_000_000n);
    }
    await chain.setTime(START);
    const mint = await createMint(chain, {
      keypair: fixedKeypair("mint"),
      authority: fixedKeypair("mintAuthority"),
      freezeAuthority: fixedKeypair("freezeAuthority").publicKey,
      decimals: options.decimals ?? 6,
      ...(options.tokenProgram && { program: options.tokenProgram }),
      ...(options.extensions && { extensions: options.extensions }),
    });
    const tokens = {} as Record<Person, PublicKey>;
    for (const person of PEOPLE) {
      tokens[person] = await createTokenAccount(chain, mint, people[person].publicKey);
    }
    const world = new World(chain, people, mint, tokens);
    await world.fund("owner", options.balance ?? 1_000_000_000_000n);
    await world.expectOk(
      [world.initializeConfig({ protocolFeeBps: options.protocolFeeBps ?? 0 })],
      "upgradeAuthority",
    );
    await world.expectOk(
      [world.createGateway({ feeBps: options.gatewayFeeBps ?? 0 })],
      "gatewayAuthority",
    );
    await world.expectOk([world.createUserPayment()], "owner");
    return world;
  }

  /** Mints `amount` base units to a person. */
  async fund(person: Person, amount: bigint): Promise<void> {
    await mintTo(this.chain, this.testMint, this.tokens[person], amount);
  }

  /** Sends with `payer` paying the transaction's fee; the named people sign too. */
  send(instructions: TransactionInstruction[], ...signers: Person[]): Promise<SendResult> {
    return this.sendFrom("payer", instructions, ...signers);
  }

  sendFrom(
    feePayer: Person,
    instructions: TransactionInstruction[],
    ...signers: Person[]
  ): Promise<SendResult> {
    const keypairs = [...new Set([feePayer, ...signers])].map((person) => this.people[person]);
    return this.chain.send(instructions, keypairs, { feePayer: this.people[feePayer] });
  }

  async expectOk(
    instructions: TransactionInstruction[],
    ...signers: Person[]
  ): Promise<SendResult> {
    const result = await this.send(instructions, ...signers);
    if (!result.ok) {
      throw new Error(`${JSON.stringify(result.err)}\n${result.logs.join("\n")}`);
    }
    return result;
  }

  /**
   * Runs `action`, which fails, and demands that nothing it could have changed is changed: config, gateway,
   * `UserPayment`, everybody's tokens, and the named policies.
   */
  async unchanged<T>(policies: PublicKey[], action: () => Promise<T>): Promise<T> {
    const addresses = [
      this.config,
      this.gateway,
      this.userPayment,
      ...Object.values(this.tokens),
      ...policies,
    ];
    return expectUnchanged(await snapshot(this.chain, addresses), action);
  }

  initializeConfig(
    args: { feeRecipient?: PublicKey; protocolFeeBps?: number } = {},
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "initialize_config",
      {
        fee_recipient: args.feeRecipient ?? this.key("protocolFees"),
        protocol_fee_bps: args.protocolFeeBps ?? 0,
      },
      {
        payer: this.key("payer"),
        upgrade_authority: this.key("upgradeAuthority"),
        config: this.config,
        program_data: programDataAddress(),
        ...accounts,
      },
    );
  }

  updateConfig(
    args: {
      feeRecipient?: PublicKey;
      protocolFeeBps?: number;
      isPaused?: boolean;
      pendingAuthority?: PublicKey;
    },
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "update_config",
      {
        fee_recipient: args.feeRecipient ?? null,
        protocol_fee_bps: args.protocolFeeBps ?? null,
        is_paused: args.isPaused ?? null,
        pending_authority: args.pendingAuthority ?? null,
      },
      { authority: this.key("upgradeAuthority"), config: this.config, ...accounts },
    );
  }

  acceptAuthority(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "accept_authority",
      {},
      { pending_authority: this.key("stranger"), config: this.config, ...accounts },
    );
  }

  createGateway(
    args: { signer?: PublicKey; feeRecipient?: PublicKey; feeBps?: number } = {},
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "create_gateway",
      {
        signer: args.signer ?? this.key("gatewaySigner"),
        fee_recipient: args.feeRecipient ?? this.key("gatewayFees"),
        fee_bps: args.feeBps ?? 0,
        name: text("gateway", 32),
        url: text("https://gateway.example", 64),
      },
      {
        payer: this.key("payer"),
        authority: this.key("gatewayAuthority"),
        gateway: this.gateway,
        ...accounts,
      },
    );
  }

  updateGateway(
    args: {
      signer?: PublicKey;
      feeRecipient?: PublicKey;
      feeBps?: number;
      name?: string;
      url?: string;
    },
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "update_gateway",
      {
        signer: args.signer ?? null,
        fee_recipient: args.feeRecipient ?? null,
        fee_bps: args.feeBps ?? null,
        name: args.name === undefined ? null : text(args.name, 32),
        url: args.url === undefined ? null : text(args.url, 64),
      },
      { authority: this.key("gatewayAuthority"), gateway: this.gateway, ...accounts },
    );
  }

  setKeeperReward(bps: number, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "set_keeper_reward",
      { keeper_reward_bps: bps },
      { authority: this.key("gatewayAuthority"), gateway: this.gateway, ...accounts },
    );
  }

  closeGateway(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "close_gateway",
      {},
      {
        authority: this.key("gatewayAuthority"),
        gateway: this.gateway,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }

  createUserPayment(
    accounts: Accounts = {},
    firstPolicyId: number | null = null,
  ): TransactionInstruction {
    return instruction(
      "create_user_payment",
      { first_policy_id: firstPolicyId },
      {
        payer: this.key("payer"),
        owner: this.key("owner"),
        user_payment: this.userPayment,
        mint: this.mint,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }

  closeUserPayment(accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "close_user_payment",
      {},
      {
        owner: this.key("owner"),
        user_payment: this.userPayment,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }

  createMilestonePolicy(
    schedule: Schedule,
    policy: PublicKey,
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction("create_milestone_policy", scheduleArgs(schedule), {
      payer: this.key("payer"),
      owner: this.key("owner"),
      config: this.config,
      gateway: this.gateway,
      user_payment: this.userPayment,
      policy,
      recipient: this.key("recipient"),
      mint: this.mint,
      token_account: this.tokens.owner,
      token_program: this.tokenProgram,
      ...accounts,
    });
  }

  executePayment(
    policy: PublicKey,
    index: number,
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "execute_payment",
      { milestone_index: index },
      {
        executor: this.key("stranger"),
        config: this.config,
        gateway: this.gateway,
        user_payment: this.userPayment,
        policy,
        mint: this.mint,
        token_account: this.tokens.owner,
        recipient_token_account: this.tokens.recipient,
        gateway_fee_account: null,
        protocol_fee_account: null,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }

  /** Both fee accounts, for a world with fees. */
  feeAccounts(): Accounts {
    return {
      gateway_fee_account: this.tokens.gatewayFees,
      protocol_fee_account: this.tokens.protocolFees,
    };
  }

  changeStatus(
    policy: PublicKey,
    status: "Active" | "Paused",
    accounts: Accounts = {},
  ): TransactionInstruction {
    return instruction(
      "change_payment_policy_status",
      { status: { [status]: {} } },
      { owner: this.key("owner"), user_payment: this.userPayment, policy, ...accounts },
    );
  }

  deletePolicy(policy: PublicKey, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "delete_payment_policy",
      {},
      {
        owner: this.key("owner"),
        gateway: this.gateway,
        user_payment: this.userPayment,
        policy,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        rent_payer: this.key("payer"),
        ...accounts,
      },
    );
  }

  syncDelegation(replaceDelegate = false, accounts: Accounts = {}): TransactionInstruction {
    return instruction(
      "sync_delegation",
      { replace_delegate: replaceDelegate },
      {
        owner: this.key("owner"),
        user_payment: this.userPayment,
        token_account: this.tokens.owner,
        token_program: this.tokenProgram,
        ...accounts,
      },
    );
  }

  /** Creates a policy with the next id; 50/100/100/50 at weeks 1-4 by due date unless overridden. */
  async createPolicy(
    overrides: Partial<Schedule> = {},
    accounts: Accounts = {},
  ): Promise<PolicyRef> {
    const schedule: Schedule = {
      amounts: [50_000_000n, 100_000_000n, 100_000_000n, 50_000_000n],
      timestamps: [1n, 2n, 3n, 4n].map((week) => START + week * WEEK),
      releaseCondition: 1,
      ...overrides,
    };
    const { address, id } = await this.nextPolicy();
    await this.expectOk([this.createMilestonePolicy(schedule, address, accounts)], "owner");
    return { address, id, schedule };
  }

  /**
   * A due policy of one milestone of `amount`, of an owner of its own to a recipient of its own, and its execution.
   * Equal labels give equal keys. The recipient has no token account when `isNew`: the execution has to create it.
   */
  async otherOwnersPolicy(
    label: string,
    amount = 1_000n,
    { isNew = false }: { isNew?: boolean } = {},
  ): Promise<{ address: PublicKey; execution: TransactionInstruction }> {
    const { chain, testMint, mint } = this;
    const owner = fixedKeypair(`${label}/owner`);
    const recipient = fixedKeypair(`${label}/recipient`).publicKey;
    const tokenAccount = await createTokenAccount(chain, testMint, owner.publicKey);
    const recipientTokenAccount = isNew
      ? getAssociatedTokenAddressSync(mint, recipient, false, testMint.program)
      : await createTokenAccount(chain, testMint, recipient);
    await mintTo(chain, testMint, tokenAccount, amount);
    const userPayment = userPaymentAddress(owner.publicKey, mint);
    const policyId = Number(chain.slot());
    const address = policyAddress(userPayment, policyId);
    const theirs = {
      owner: owner.publicKey,
      user_payment: userPayment,
      token_account: tokenAccount,
      recipient,
    };
    await chain.sendOk(
      [
        this.createUserPayment(theirs, policyId),
        this.createMilestonePolicy(
          { amounts: [amount], timestamps: [START], releaseCondition: 1 },
          address,
          theirs,
        ),
      ],
      [owner],
    );
    const execution = this.executePayment(address, 0, {
      user_payment: userPayment,
      token_account: tokenAccount,
      recipient_token_account: recipientTokenAccount,
    });
    return { address, execution };
  }

  /** Address and id that the next policy of the owner will have. */
  async nextPolicy(): Promise<{ address: PublicKey; id: number }> {
    const id = (await this.decode("UserPayment", this.userPayment))["next_policy_id"] as number;
    return { address: policyAddress(this.userPayment, id), id };
  }

  /** Anchor's decoding of the account at `address`. Throws when there is none. */
  async decode(type: string, address: PublicKey): Promise<Decoded> {
    const account = await this.chain.getAccount(address);
    if (!account) throw new Error(`no ${type} at ${address.toBase58()}`);
    return coder.decode(type, Buffer.from(account.data)) as Decoded;
  }

  /** Balance in base units. */
  async balance(person: Person): Promise<bigint> {
    return (await readTokenAccount(this.chain, this.tokens[person])).amount;
  }

  /** Delegate and allowance of the owner's token account. */
  async delegation(): Promise<{ delegate: PublicKey | null; allowance: bigint }> {
    const account = await readTokenAccount(this.chain, this.tokens.owner);
    return { delegate: account.delegate, allowance: account.delegatedAmount };
  }
}

/** A BN of a decoded account as bigint. */
export const toBigInt = (value: unknown): bigint => BigInt((value as BN).toString());

function text(value: string, length: number): number[] {
  const bytes = new TextEncoder().encode(value);
  return Array.from({ length }, (_, i) => bytes[i] ?? 0);
}
