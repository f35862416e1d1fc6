import { CachedPublicKey } from "./cached-public-key";

export * from "./protocol";

/** Address of the Milepost program. */
export const PROGRAM_ID = /* @__PURE__ */ new CachedPublicKey(
  "Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9",
);

/** SPL Token. */
export const TOKEN_PROGRAM_ID = /* @__PURE__ */ new CachedPublicKey(
  "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
);
/** Token-2022. */
export const TOKEN_2022_PROGRAM_ID = /* @__PURE__ */ new CachedPublicKey(
  "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb",
);
/** The program that creates associated token accounts. */
export const ASSOCIATED_TOKEN_PROGRAM_ID = /* @__PURE__ */ new CachedPublicKey(
  "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL",
);
/** The mint of wrapped SOL. */
export const NATIVE_MINT = /* @__PURE__ */ new CachedPublicKey(
  "So11111111111111111111111111111111111111112",
);
