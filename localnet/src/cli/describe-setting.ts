/** The text that the command prints when the localnet is ready. */
import { version } from "../../package.json";
import { TEST_MINT_DECIMALS } from "../chain/test-mint";
import { DESCRIPTION_FILE } from "../milepost/localnet-json";
import { GATEWAY } from "../milepost/set-up";
import type { MilepostSetting } from "../milepost/setting";
import { keypairFile, WALLET_NAMES, WALLET_PURPOSES } from "../milepost/wallets";
import path from "node:path";

/** Prints `directory` as it was given, so that the commands can be copied. */
export function describeSetting(setting: MilepostSetting, directory: string): string {
  const { url, wsUrl, programId, config, gateway, mint, wallets } = setting;
  const keys = WALLET_NAMES.map((name): [string, string, string, string] => [
    name,
    wallets[name].publicKey.toBase58(),
    keypairFile(directory, name),
    WALLET_PURPOSES[name],
  ]);
  const fee = `a fee of ${GATEWAY.feeBps / 100} %`;
  const faucet = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "localnet_airdropTokens",
    params: ["WALLET", "50000000"],
  });
  return [
    `Milepost localnet ${version}`,
    "",
    ...aligned([
      ["JSON-RPC", url],
      ["websocket", wsUrl],
      ["program", programId.toBase58()],
      ["config", config.toBase58()],
      ["gateway", `${gateway.toBase58()}  ${fee}`],
      ["mint", `${mint.toBase58()}  test tokens, ${TEST_MINT_DECIMALS} decimals`],
      ["addresses", `${path.join(directory, DESCRIPTION_FILE)}  this list, for programs`],
    ]),
    "",
    "Keys, with 100 SOL each. They are for this chain: never send anything of value to them.",
    ...aligned(keys),
    "",
    "50 test tokens for a wallet:",
    `  curl ${url} -d '${faucet}'`,
    "SOL for a wallet: requestAirdrop, as on devnet. A new chain with the same keys: --reset.",
    "",
    "Ready. Stop with Ctrl-C; the state is kept.",
  ].join("\n");
}

function aligned(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  "),
  );
}
