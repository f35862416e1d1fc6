/** Finds the operator's `PaymentGateway` by the key that signs for it. */
import { ACCOUNT_SIZE, GATEWAY_OFFSET } from "@milepost/sdk";
import type { Connection, PublicKey } from "@solana/web3.js";
import { ChainSetupError } from "./setup-error";

/**
 * Returns the gateway account that names this signer.
 * Throws `ChainSetupError` when none or several do, or when the RPC does not answer a search.
 */
export async function findGateway(
  connection: Connection,
  programId: PublicKey,
  signer: PublicKey,
): Promise<PublicKey> {
  const filters = [
    { dataSize: ACCOUNT_SIZE.paymentGateway },
    { memcmp: { offset: GATEWAY_OFFSET.signer, bytes: signer.toBase58() } },
  ];
  const found = await connection.getProgramAccounts(programId, { filters }).catch(() => null);
  if (found?.length === 1) return found[0]!.pubkey;
  const address = signer.toBase58();
  if (found === null) {
    throw new ChainSetupError(
      `gateway: the RPC does not support searching the program's accounts. Pass the address of the gateway account whose signer is ${address}.`,
    );
  }
  throw new ChainSetupError(
    found.length === 0
      ? `gateway: no gateway account on this chain has the signer ${address}. Create one with createGateway, or pass the signer's key.`
      : `gateway: ${found.length} gateway accounts have the signer ${address}. Pass the address of one of them.`,
  );
}
