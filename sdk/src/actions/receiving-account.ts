import { Buffer } from "buffer";
import { PublicKey, SystemProgram, TransactionInstruction } from "@solana/web3.js";
import { fetchAccountInfos } from "../accounts/read-accounts";
import type { MilestoneContext } from "../context";
import { AccountNotFoundError } from "../errors/accounts";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { toAddress } from "../input/address";
import { callRpc } from "../rpc/call";
import { parseTokenAccount } from "../tokens/account";
import { TOKEN_ACCOUNT_SIZE } from "../tokens/extensions";
import { parseMint } from "../tokens/mint";
import { walletAddress } from "../wallet-address";

/** Longest seed of an address. */
const MAX_SEED_LENGTH = 32;
/** Tag of the token programs' `InitializeAccount3`; the owner follows it. */
const INITIALIZE_ACCOUNT_3 = 18;

/** Arguments of `createReceivingAccount`: the wallet, the mint, and who pays the rent. */
export interface CreateReceivingAccountArgs {
  /** The wallet that the account is for; signs nothing. */
  owner: PublicKey;
  /** Mint that the account receives. */
  tokenMint: PublicKey;
  /** Pays the rent; signs. Default: the wallet. */
  payer?: PublicKey;
}

/** A token account beside the associated one. */
export interface ReceivingAccount {
  /** Address of the token account, the same for the same payer, wallet and mint. */
  address: PublicKey;
  /** Empty once it is there. */
  instructions: TransactionInstruction[];
}

/**
 * Creates another token account for a wallet whose associated one can't receive: it requires memos, is frozen, or was given
 * away. Anyone can create it, at an address that follows from payer, wallet and mint, so that nothing is created twice.
 * Afterwards `executePayment` and the endings find it themselves where the RPC lists token accounts by their owner; pass
 * its address as `{ recipientTokenAccount }`, or as `blocked.option` of the requirement says, where it does not.
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
  const [mintInfo] = await fetchAccountInfos(context, [mint]);
  if (!mintInfo) throw new AccountNotFoundError("Mint", mint);
  const { tokenProgram } = parseMint(mint, mintInfo);
  const seed = seedOf(owner, mint);
  const address = await PublicKey.createWithSeed(payer, seed, tokenProgram);
  const [info] = await fetchAccountInfos(context, [address]);
  const state = parseTokenAccount(address, info);
  if (state) {
    if (state.owner.equals(owner)) return { address, instructions: [] };
    throw new InvalidInputError({
      field: "payer",
      expected: `another payer: the account of this one was given to ${state.owner.toBase58()}`,
      received: payer,
      code: MilepostErrorCode.InputAddress,
    });
  }
  const lamports = await callRpc(context, "getMinimumBalanceForRentExemption", () =>
    context.connection.getMinimumBalanceForRentExemption(TOKEN_ACCOUNT_SIZE),
  );
  return {
    address,
    instructions: [
      SystemProgram.createAccountWithSeed({
        fromPubkey: payer,
        newAccountPubkey: address,
        basePubkey: payer,
        seed,
        lamports,
        space: TOKEN_ACCOUNT_SIZE,
        programId: tokenProgram,
      }),
      new TransactionInstruction({
        programId: tokenProgram,
        keys: [
          { pubkey: address, isSigner: false, isWritable: true },
          { pubkey: mint, isSigner: false, isWritable: false },
        ],
        data: Buffer.from([INITIALIZE_ACCOUNT_3, ...owner.toBytes()]),
      }),
    ],
  };
}

/** The same for the same wallet and mint. */
function seedOf(owner: PublicKey, mint: PublicKey): string {
  const [left, right] = [owner.toBytes(), mint.toBytes()];
  const mixed = left.map((byte, index) => byte ^ right[index]!);
  return new PublicKey(mixed).toBase58().slice(0, MAX_SEED_LENGTH);
}
