/** A Solana chain on a laptop: LiteSVM behind Solana's JSON-RPC and websocket ports, with Milepost on it. */
import type { Chain as LocalnetChain } from "./chain/chain";

/** A type alone: of a class, the bundled declarations would promise a value that is not exported. */
export type Chain = LocalnetChain;

export { startLocalnet, type Localnet } from "./server/start";
export type { LocalnetOptions } from "./server/options";
export {
  startMilepostLocalnet,
  type MilepostLocalnet,
  type MilepostLocalnetOptions,
} from "./milepost/start";
export { connectLocalnet, type ConnectOptions } from "./milepost/connect";
export type { MilepostSetting, WalletName, Wallets } from "./milepost/setting";
export type { LocalnetDescription } from "./milepost/localnet-json";
export { LocalnetError, type LocalnetErrorCode } from "./errors/localnet-error";
export type { ChainListener } from "./chain/chain";
export type { ClockOptions } from "./chain/clock";
export type { ProgramToDeploy } from "./chain/program";
export type { AccountState, AddressedAccount } from "./chain/svm";
export type { Wall } from "./chain/wall";
