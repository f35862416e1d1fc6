/** A Solana chain on a laptop: LiteSVM behind Solana's JSON-RPC and websocket ports. */
export { startLocalnet, type Localnet, type LocalnetOptions } from "./start";
export type { Chain, ChainListener } from "./chain/chain";
export type { ClockOptions } from "./chain/clock";
export type { ProgramToDeploy } from "./chain/program";
export type { AccountState, AddressedAccount } from "./chain/svm";
export type { Wall } from "./chain/wall";
