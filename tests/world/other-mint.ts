/** The world's owner and recipient, with accounts of a mint that is not the world's own. */
import { ACCOUNT_SIZE, AccountType, MINT_SIZE, TOKEN_2022_PROGRAM_ID } from "@solana/spl-token";
import type { PublicKey } from "@solana/web3.js";
import {
  createMint,
  createTokenAccount,
  encodeExtensions,
  fundedTokenAccount,
  MintExtension,
  readTokenAccount,
  TestMint,
  writeTokenAccount,
} from "../harness";
import { Accounts, policyAddress, Schedule, userPaymentAddress } from "./instructions";
import { START } from "./people";
import type { PolicyRef, World } from "./world";

export class OtherMint {
  private constructor(
    private readonly world: World,
    readonly mint: TestMint,
    readonly ownerTokens: PublicKey,
    readonly recipientTokens: PublicKey,
  ) {}

  /**
   * A Token-2022 mint with `extensions`, 1,000,000 units of it for the owner and an account for the recipient.
   * `isWritten` writes the token accounts, for mints whose accounts this runtime's Token-2022 would not make.
   */
  static async create(
    world: World,
    extensions: MintExtension[],
    { isWritten = false } = {},
  ): Promise<OtherMint> {
    const { chain } = world;
    const mint = await createMint(chain, { program: TOKEN_2022_PROGRAM_ID, extensions });
    const [owner, recipient] = [world.key("owner"), world.key("recipient")];
    return isWritten
      ? new OtherMint(
          world,
          mint,
          await writeTokenAccount(chain, mint, owner, { amount: 1_000_000n }),
          await writeTokenAccount(chain, mint, recipient),
        )
      : new OtherMint(
          world,
          mint,
          await fundedTokenAccount(chain, mint, owner, 1_000_000n),
          await createTokenAccount(chain, mint, recipient),
        );
  }

  /** Over a mint and token accounts that a test made itself. */
  static of(world: World, mint: TestMint, owner: PublicKey, recipient: PublicKey): OtherMint {
    return new OtherMint(world, mint, owner, recipient);
  }

  get userPayment(): PublicKey {
    return userPaymentAddress(this.world.key("owner"), this.mint.address);
  }

  /** Overrides for the world's instruction builders. */
  get accounts(): Accounts {
    return {
      mint: this.mint.address,
      token_program: this.mint.program,
      user_payment: this.userPayment,
      token_account: this.ownerTokens,
      recipient_token_account: this.recipientTokens,
    };
  }

  get addresses(): PublicKey[] {
    return [this.mint.address, this.userPayment, this.ownerTokens, this.recipientTokens];
  }

  /** Writes the mint with other extensions, as if it had been closed and created again at its address. */
  async remakeMint(extensions: MintExtension[]): Promise<void> {
    const { chain } = this.world;
    const account = await chain.getAccount(this.mint.address);
    const data = Buffer.concat([
      account!.data.subarray(0, MINT_SIZE),
      Buffer.alloc(ACCOUNT_SIZE - MINT_SIZE),
      Buffer.from([AccountType.Mint]),
      encodeExtensions(extensions),
    ]);
    const lamports = await chain.rentExempt(data.length);
    await chain.setAccount(this.mint.address, { ...account!, data, lamports });
  }

  openUserPayment(): Promise<unknown> {
    return this.world.expectOk([this.world.createUserPayment(this.accounts)], "owner");
  }

  async nextPolicy(): Promise<{ address: PublicKey; id: number }> {
    const id = (await this.world.decode("UserPayment", this.userPayment))[
      "next_policy_id"
    ] as number;
    return { address: policyAddress(this.userPayment, id), id };
  }

  /** A policy that anyone may release at once. */
  async createPolicy(amounts: bigint[]): Promise<PolicyRef> {
    const schedule = immediate(amounts);
    const { address, id } = await this.nextPolicy();
    await this.world.expectOk(
      [this.world.createMilestonePolicy(schedule, address, this.accounts)],
      "owner",
    );
    return { address, id, schedule };
  }

  async balances(): Promise<{ owner: bigint; recipient: bigint }> {
    const { chain } = this.world;
    return {
      owner: (await readTokenAccount(chain, this.ownerTokens)).amount,
      recipient: (await readTokenAccount(chain, this.recipientTokens)).amount,
    };
  }
}

/** Milestones of these amounts that anyone may release at once. */
export const immediate = (amounts: bigint[]): Schedule => ({
  amounts,
  timestamps: amounts.map(() => START),
  releaseCondition: 0,
});
