import { Buffer } from "buffer";
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context/context";
import { walletAddress } from "../context/wallet";
import { AccountNotFoundError } from "../errors/accounts";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { toAddress } from "../input/address";
import { callRpc } from "../rpc/call";
import { parseTokenAccount } from "../tokens/account";
import { TOKEN_ACCOUNT_SIZE } from "../tokens/extensions";
import { parseMint } from "../tokens/mint";

/** Longest seed of an address. */
const MAX_SEED_LENGTH = 32;
/** Tag of the token programs' `InitializeAccount3`; the owner follows it. */
const INITIALIZE_ACCOUNT_3 = 18;

/** Arguments of `createReceivingAccount`: the wallet, the mint, and who pays the rent. */
export interface CreateReceivingAccountArgs {
  /** Wallet that the account is for; signs nothing. */
  owner: PublicKey;
  /** Mint that the account receives. */
  tokenMint: PublicKey;
  /** Pays the rent; signs. Default: the wallet. */
  payer?: PublicKey;
}

/** Token account in addition to the associated one. */
export interface ReceivingAccount {
  /** Address of the token account, the same for the same payer, wallet and mint. */
  address: PublicKey;
  /** Instructions that create it; empty once it exists. */
  instructions: TransactionInstruction[];
}

/**
 * Creates another token account for a wallet whose associated one can't receive: it requires memos, is frozen, or belongs
 * to another owner. Anyone can create it. Its address follows from payer, wallet and mint, so it is never created twice.
 * Afterwards `executePayment` and the endings find it if the RPC lists token accounts by owner. Otherwise pass its address
 * as `{ recipientTokenAccount }`, or as the requirement's `blocked.option` says.
 * Throws `AccountNotFoundError`, `AccountKindError`, `InvalidInputError`, `RpcError`.
 * @example
 * import { MilestoneClient } from "@milepost/sdk";
 *
 * const sdk = new MilestoneClient(connection, wallet);
 * const { address, instructions } = await sdk.createReceivingAccount({
 *   owner: recipient,
 *   tokenMint: mint,
 * });
 * await sdk.send(instructions);
 * await sdk.send(await sdk.executePayment(policy, recipient, mint, gateway, { recipientTokenAccount: address }));
 */
export async function createReceivingAccount(
  context: MilestoneContext,
  args: CreateReceivingAccountArgs,
): Promise<ReceivingAccount> {
  const owner = toAddress(args.owner, "owner");
  const mint = toAddress(args.tokenMint, "tokenMint");
  const payer = args.payer ? toAddress(args.payer, "payer") : walletAddress(context);
  const tokenProgram = await readTokenProgram(context, mint);
  const seed = seedOf(owner, mint);
  const address = await PublicKey.createWithSeed(payer, seed, tokenProgram);
  if (await isCreated(context, address, owner, payer)) return { address, instructions: [] };
  const lamports = await callRpc(context, "getMinimumBalanceForRentExemption", () =>
    context.connection.getMinimumBalanceForRentExemption(TOKEN_ACCOUNT_SIZE),
  );
  const createAccount = SystemProgram.createAccountWithSeed({
    fromPubkey: payer,
    newAccountPubkey: address,
    basePubkey: payer,
    seed,
    lamports,
    space: TOKEN_ACCOUNT_SIZE,
    programId: tokenProgram,
  });
  const instructions = [createAccount, initializeAccount(address, mint, owner, tokenProgram)];
  return { address, instructions };
}

async function readTokenProgram(context: MilestoneContext, mint: PublicKey): Promise<PublicKey> {
  const [info] = await fetchAccountInfos(context, [mint]);
  if (!info) throw new AccountNotFoundError("Mint", mint);
  return parseMint(mint, info).tokenProgram;
}

/** Returns true when the wallet already has the account. Throws `InvalidInputError` when another wallet has it. */
async function isCreated(
  context: MilestoneContext,
  address: PublicKey,
  owner: PublicKey,
  payer: PublicKey,
): Promise<boolean> {
  const [info] = await fetchAccountInfos(context, [address]);
  const state = parseTokenAccount(address, info);
  if (!state) return false;
  if (state.owner.equals(owner)) return true;
  throw new InvalidInputError({
    field: "payer",
    expected: `another payer: the account of this one was given to ${state.owner.toBase58()}`,
    received: payer,
    code: MilepostErrorCode.InputAddress,
  });
}

function initializeAccount(
  address: PublicKey,
  mint: PublicKey,
  owner: PublicKey,
  tokenProgram: PublicKey,
): TransactionInstruction {
  return new TransactionInstruction({
    programId: tokenProgram,
    keys: [
      { pubkey: address, isSigner: false, isWritable: true },
      { pubkey: mint, isSigner: false, isWritable: false },
    ],
    data: Buffer.from([INITIALIZE_ACCOUNT_3, ...owner.toBytes()]),
  });
}

/** Returns the address's seed, which is the same for the same wallet and mint. */
function seedOf(owner: PublicKey, mint: PublicKey): string {
  const [left, right] = [owner.toBytes(), mint.toBytes()];
  const mixed = left.map((byte, index) => byte ^ right[index]!);
  return new PublicKey(mixed).toBase58().slice(0, MAX_SEED_LENGTH);
}
