/** Reads what a creation costs and what deserves a second look, right before it is signed. */
import {
  associatedTokenAddress,
  decodeAccount,
  getChainTime,
  getPaymentGateway,
  getProgramConfig,
  getUserPaymentPda,
  type MilestoneContext,
  type MilestoneWarning,
  prepareHeldMilestone,
  prepareMilestone,
  createMemoBuffer,
  TOKEN_2022_PROGRAM_ID,
} from "@milepost/sdk";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type FeeRates, type RentItem, rentItems } from "./costs";
import type { CreateValues } from "./create-values";

/** Costs and warnings of one creation. */
export interface Quote {
  rates: FeeRates;
  rent: RentItem[];
  /** Rent of an account without data, in lamports. */
  rentOfEmpty: bigint;
  /** Base units that leave the payer's token account with the creation. */
  funded: bigint;
  warnings: MilestoneWarning[];
  /** Unix seconds by the chain's clock. */
  now: number;
}

/** Instructions of a creation, and the policy's address. */
export interface PreparedCreation {
  instructions: TransactionInstruction[];
  policy: PublicKey;
  warnings: MilestoneWarning[];
  funded: bigint;
}

/** Prepares the creation with the SDK, which refuses every mistake before anything is signed. */
export async function prepareCreation(
  context: MilestoneContext,
  values: CreateValues,
): Promise<PreparedCreation> {
  const { mint, recipient, gateway, amounts, timestamps, releaseCondition } = values;
  const memo = createMemoBuffer(values.memo);
  const args = { mint, recipient, gateway, amounts, timestamps, releaseCondition, memo };
  if (values.funding === "delegated" || !values.mediator) {
    const prepared = await prepareMilestone(context, args);
    return { ...prepared, funded: 0n };
  }
  const { mediator, terms, fund } = values;
  const prepared = await prepareHeldMilestone(context, {
    ...args,
    ...{ mediator, terms },
    ...(fund === undefined ? {} : { fund }),
  });
  return { ...prepared, funded: BigInt(prepared.funded.toString()) };
}

/** Reads fees, rent and the SDK's warnings. Throws what the SDK throws. */
export async function readQuote(
  context: MilestoneContext,
  values: CreateValues,
  tokenProgram: PublicKey,
): Promise<Quote> {
  const { connection } = context;
  const [prepared, gateway, config, accounts, rentOfEmpty, now] = await Promise.all([
    prepareCreation(context, values),
    getPaymentGateway(context, values.gateway),
    getProgramConfig(context),
    readPayerAccounts(context, values.mint, tokenProgram),
    connection.getMinimumBalanceForRentExemption(0),
    getChainTime(context),
  ]);
  return {
    rates: {
      gatewayFeeBps: gateway.feeBps,
      protocolFeeBps: config.protocolFeeBps,
      platformFeeBps: values.funding === "held" ? values.terms.platformFeeBps : 0,
    },
    rent: rentItems({
      funding: values.funding,
      ...accounts,
      isToken2022: tokenProgram.equals(TOKEN_2022_PROGRAM_ID),
    }),
    rentOfEmpty: BigInt(rentOfEmpty),
    funded: prepared.funded,
    warnings: prepared.warnings,
    now: now.toNumber(),
  };
}

async function readPayerAccounts(
  { connection, wallet, programId }: MilestoneContext,
  mint: PublicKey,
  tokenProgram: PublicKey,
): Promise<{ hasUserPayment: boolean; hasTokenAccount: boolean }> {
  const owner = wallet.publicKey;
  const [userPayment] = getUserPaymentPda(owner, mint, programId);
  const associated = associatedTokenAddress(mint, owner, tokenProgram);
  const [payment, tokens] = await connection.getMultipleAccountsInfo([userPayment, associated]);
  const isOpen = payment?.owner.equals(programId) ?? false;
  if (!isOpen || !payment) {
    return { hasUserPayment: false, hasTokenAccount: isTokenAccount(tokens, tokenProgram) };
  }
  const { tokenAccount } = decodeAccount("userPayment", userPayment, payment, programId);
  const info = tokenAccount.equals(associated)
    ? tokens
    : await connection.getAccountInfo(tokenAccount);
  return { hasUserPayment: true, hasTokenAccount: isTokenAccount(info, tokenProgram) };
}

function isTokenAccount(info: { owner: PublicKey } | null | undefined, tokenProgram: PublicKey) {
  return info?.owner.equals(tokenProgram) ?? false;
}
