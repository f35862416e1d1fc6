/** Builds a consented pull: a delegated policy of one milestone that the same transaction creates and executes. */
import {
  associatedTokenAddress,
  buildInstruction,
  createAssociatedTokenAccount,
  getConfigPda,
  getPaymentGateway,
  getProgramConfig,
  prepareMilestone,
  splitAmount,
} from "@milepost/sdk";
import BN from "bn.js";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import { type Address, toAddress } from "./address";
import { type Build, toBuild } from "./build";
import { refuseSponsor } from "./build-funding";
import type { ChainRuntime, Currency } from "./chain-runtime";
import { toMemoBytes } from "./memo";
import { callRpc } from "./rpc";
import { contextOf, mintOf } from "./sdk-context";

/** A payment that the owner consents to with this transaction. */
export interface PullRequest {
  owner: Address;
  recipient: Address;
  currency: Currency;
  /** Base units. */
  amount: bigint;
  /** Text of `memoOf`. */
  memo: string;
  /** Wallet that pays fee and rent, and executes. Default: the sponsor. */
  feePayer?: Address;
  replaceDelegate?: boolean;
}

/** Instructions of a pull, and the policy's address. */
export interface PullBuild extends Build {
  policy: string;
  policyId: number;
}

/**
 * Builds creation and execution. The owner signs; the sponsor pays and executes, as condition 0 lets anyone do.
 * Throws `GatewayError` and the SDK's errors.
 */
export async function buildPull(chain: ChainRuntime, request: PullRequest): Promise<PullBuild> {
  const context = contextOf(chain);
  const owner = toAddress(request.owner, "owner");
  const recipient = toAddress(request.recipient, "recipient");
  refuseSponsor(chain, owner);
  const payer = toAddress(request.feePayer ?? chain.sponsor.publicKey, "feePayer");
  const { mint } = mintOf(chain, request.currency);
  const prepared = await prepareMilestone(context, {
    mint,
    owner,
    recipient,
    gateway: chain.gateway,
    amounts: [request.amount],
    timestamps: [],
    releaseCondition: 0,
    memo: toMemoBytes(request.memo),
    payer,
    ...(request.replaceDelegate ? { replaceDelegate: true } : {}),
  });
  const { policy, policyId, userPayment, tokenAccount, tokenProgram } = prepared;
  const fees = await feeRecipients(chain, request.amount);
  const associated = (wallet: PublicKey) => associatedTokenAddress(mint, wallet, tokenProgram);
  const execution = buildInstruction(
    "executePayment",
    {
      executor: payer,
      config: getConfigPda(chain.programId)[0],
      gateway: chain.gateway,
      userPayment,
      policy,
      mint,
      tokenAccount,
      recipientTokenAccount: associated(recipient),
      gatewayFeeAccount: fees.gateway && associated(fees.gateway),
      protocolFeeAccount: fees.protocol && associated(fees.protocol),
      tokenProgram,
    },
    { milestoneIndex: 0 },
    chain.programId,
  );
  const wallets = [recipient, fees.gateway, fees.protocol].filter((wallet) => wallet !== null);
  const setup = await missingAccounts(chain, { payer, wallets, mint, tokenProgram });
  return {
    ...toBuild(chain, [...setup, ...prepared.instructions, execution]),
    policy: policy.toBase58(),
    policyId,
  };
}

/** Returns the wallets that receive fees of the amount; null where no fee is due. */
async function feeRecipients(
  chain: ChainRuntime,
  amount: bigint,
): Promise<{ gateway: PublicKey | null; protocol: PublicKey | null }> {
  const context = contextOf(chain);
  const [gateway, config] = await Promise.all([
    getPaymentGateway(context, chain.gateway),
    getProgramConfig(context),
  ]);
  const units = new BN(amount.toString());
  const { gatewayFee, protocolFee } = splitAmount(units, gateway.feeBps, config.protocolFeeBps);
  return {
    gateway: gatewayFee.isZero() ? null : gateway.feeRecipient,
    protocol: protocolFee.isZero() ? null : config.feeRecipient,
  };
}

/** Builds the creation of token accounts that do not exist. */
async function missingAccounts(
  { connection }: ChainRuntime,
  {
    payer,
    wallets,
    mint,
    tokenProgram,
  }: { payer: PublicKey; wallets: readonly PublicKey[]; mint: PublicKey; tokenProgram: PublicKey },
): Promise<TransactionInstruction[]> {
  const accounts = wallets.map((wallet) => associatedTokenAddress(mint, wallet, tokenProgram));
  const found = await callRpc("getMultipleAccounts", () =>
    connection.getMultipleAccountsInfo(accounts),
  );
  return wallets
    .filter((_, index) => !found[index])
    .map((wallet) => createAssociatedTokenAccount(payer, mint, wallet, tokenProgram));
}
