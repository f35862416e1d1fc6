/** Brings a chain with the program to the state in which payments can be made. */
import { MilestoneClient } from "@milepost/sdk";
import {
  type Connection,
  type Keypair,
  LAMPORTS_PER_SOL,
  type PublicKey,
  type TransactionInstruction,
  TransactionMessage,
  VersionedTransaction,
} from "@solana/web3.js";
import type { Chain } from "../chain/chain";
import { testTokenAccount } from "../chain/test-mint";
import type { MilepostSetting } from "./setting";
import { WALLET_NAMES } from "./wallets";

export const WALLET_LAMPORTS = 100 * LAMPORTS_PER_SOL;

/** Test tokens per wallet: 1,000,000 with six decimals, in base units. */
export const OWNER_TOKENS = 1_000_000_000_000n;

export const GATEWAY = {
  name: "Localnet gateway",
  url: "http://127.0.0.1",
  feeBps: 100,
} as const;

/** Creates the accounts that are missing, and leaves the others unchanged. */
export async function setUp(chain: Chain, setting: MilepostSetting): Promise<void> {
  const { connection, wallets, programId, config, gateway } = setting;
  const isThere = (address: PublicKey): boolean => chain.getAccount(address.toBase58()) !== null;
  for (const name of WALLET_NAMES) {
    const { publicKey } = wallets[name];
    if (!isThere(publicKey)) await connection.requestAirdrop(publicKey, WALLET_LAMPORTS);
  }
  const owner = wallets.owner.publicKey;
  if (!isThere(testTokenAccount(owner))) await setting.airdropTokens(owner, OWNER_TOKENS);

  const { upgradeAuthority, gatewayAuthority, gatewaySigner } = wallets;
  if (!isThere(config)) {
    const sdk = new MilestoneClient(connection, upgradeAuthority, { programId });
    const feeRecipient = upgradeAuthority.publicKey;
    const instructions = await sdk.initializeConfig({ feeRecipient, protocolFeeBps: 0 });
    await send(connection, upgradeAuthority, instructions);
  }
  if (!isThere(gateway)) {
    const sdk = new MilestoneClient(connection, gatewayAuthority, { programId });
    const instructions = await sdk.createGateway({
      ...GATEWAY,
      signer: gatewaySigner.publicKey,
      feeRecipient: gatewayAuthority.publicKey,
    });
    await send(connection, gatewayAuthority, instructions);
  }
}

/** Sends a transaction. On this chain, an accepted transaction has landed. */
async function send(
  connection: Connection,
  payer: Keypair,
  instructions: TransactionInstruction[],
): Promise<void> {
  const { blockhash } = await connection.getLatestBlockhash();
  const message = new TransactionMessage({
    payerKey: payer.publicKey,
    recentBlockhash: blockhash,
    instructions,
  });
  const transaction = new VersionedTransaction(message.compileToV0Message());
  transaction.sign([payer]);
  await connection.sendTransaction(transaction);
}
