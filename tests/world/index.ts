/** The people of a test, what they own, and the instructions they send: valid by default, each part to be replaced. */
export * from "./expect-events";
export * from "./expect-refused";
export * from "./held-actions";
export * from "./held-policy";
export * from "./instructions";
export * from "./keeper-reward";
export * from "./other-mint";
export * from "./payable-policy";
export * from "./people";
export * from "./program-events";
export * from "./token-moves";
export * from "./vault-owner";
export * from "./world";
