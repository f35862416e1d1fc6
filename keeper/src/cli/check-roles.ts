/** Checks that the addresses of the command line can do what they are used for. */
import { AccountKindError, createContext, requireWallets, type WalletRole } from "@milepost/sdk";
import type { RunConfig } from "../config/config";
import { UsageError } from "../config/errors";
import type { Logger } from "../observe/log";
import type { Opened } from "./open";

/**
 * Checks that the fee payer, the gateway's signer and the owner of the rewards are wallets. An RPC that does not answer
 * does not stop the start: no money is lost when this check is skipped.
 * Throws `UsageError`, which names the flag.
 */
export async function checkRoles(
  { connections }: Pick<Opened, "connections">,
  { feePayer, gateway, rewardOwner, programId }: RunConfig,
  log: Logger,
): Promise<void> {
  const roles: WalletRole[] = [
    { field: "--keypair", address: feePayer.publicKey, must: "sign" },
    ...(gateway
      ? [{ field: "--gateway-keypair", address: gateway.signer.publicKey, must: "sign" as const }]
      : []),
    ...(rewardOwner
      ? [{ field: "--reward-owner", address: rewardOwner, must: "receive" as const }]
      : []),
  ];
  const context = createContext(connections.any, feePayer, { programId });
  const warnings = await requireWallets(context, roles).catch((error: unknown) => {
    if (!(error instanceof AccountKindError)) {
      log.warn({ err: error }, "the addresses of the command line were not checked");
      return [];
    }
    const flag = roles.find(({ address }) => address.equals(error.address))?.field;
    throw new UsageError(`${flag}: ${error.shortMessage.replace(/\.$/, "")}`);
  });
  for (const { field, message } of warnings) log.warn({ flag: field }, message);
}
