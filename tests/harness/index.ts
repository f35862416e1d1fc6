/** Everything a suite needs: `startChain()` and what goes with it. */
export * from "./chain";
export * from "./compute";
export * from "./expectations";
export * from "./keys";
export * from "./mint-extensions";
export * from "./program";
export * from "./runtime";
export * from "./spl-token";
export * from "./start-chain";
export * from "./tokens";
export * from "./transaction-error";
