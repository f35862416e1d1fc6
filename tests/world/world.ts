/** A chain with the program, its config, a gateway, a mint and the people of every test. */
import { Keypair, PublicKey, TransactionInstruction } from "@solana/web3.js";
import { BorshAccountsCoder } from "@coral-xyz/anchor";
import { getAssociatedTokenAddressSync } from "@solana/spl-token";
import BN from "bn.js";
import {
  AddressedAccount,
  Chain,
  createMint,
  createTokenAccount,
  expectUnchanged,
  fixedKeypair,
  MintExtension,
  mintTo,
  readTokenAccount,
  RuntimeName,
  SendResult,
  snapshot,
  startChain,
} from "../harness";
import { Accounts, IDL, policyAddress, Schedule, userPaymentAddress } from "./instructions";
import { PEOPLE, type Person, START, WEEK } from "./people";
import { PolicyInstructions } from "./policy-instructions";

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
  /** Further accounts at the start, over the runtime's own. */
  accounts?: AddressedAccount[];
}

export interface PolicyRef {
  address: PublicKey;
  id: number;
  schedule: Schedule;
}

const coder = new BorshAccountsCoder(IDL);

/** Anchor's decoding of an account, with the IDL's snake_case names. */
export type Decoded = Record<string, unknown>;

export class World extends PolicyInstructions {
  static async create(options: WorldOptions = {}): Promise<World> {
    const chain = await startChain({
      ...(options.runtime && { runtime: options.runtime }),
      ...(options.accounts && { accounts: options.accounts }),
    });
    const people = keysOf(chain);
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

  /**
   * The same world on a fresh chain that also holds `accounts`: everything of this world and at `also` is copied. For token
   * programs that a runtime can call but not set a mint up with.
   */
  async movedTo(accounts: AddressedAccount[], also: PublicKey[] = []): Promise<World> {
    const addresses = [
      this.config,
      this.gateway,
      this.userPayment,
      this.mint,
      ...Object.values(this.tokens),
      ...Object.values(this.people).map(({ publicKey }) => publicKey),
      ...also,
    ];
    const copies: AddressedAccount[] = [];
    for (const address of addresses) {
      const account = await this.chain.getAccount(address);
      if (account) copies.push({ address, account });
    }
    const chain = await startChain({ accounts: [...copies, ...accounts] });
    await chain.setTime(START);
    return new World(chain, this.people, this.testMint, this.tokens);
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
   * `UserPayment`, everyone's tokens, and the named policies.
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
    return coder.decode<Decoded>(type, Buffer.from(account.data));
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

/** The chain's own payer and upgrade authority, and a fixed key for everyone else. */
const keysOf = (chain: Chain): Record<Person, Keypair> => {
  const special: Partial<Record<Person, Keypair>> = {
    payer: chain.payer,
    upgradeAuthority: chain.upgradeAuthority,
  };
  return Object.fromEntries(
    PEOPLE.map((person) => [person, special[person] ?? fixedKeypair(person)]),
  ) as Record<Person, Keypair>;
};
