/** Stands in for `@noble/curves/secp256k1`, which web3.js imports for Ethereum's signatures. The page makes none. */
import { refuse } from "./refuse";

const refused = refuse("secp256k1 signatures");

/** The functions that web3.js names when it loads. */
export const secp256k1 = {
  sign: refused,
  getPublicKey: refused,
  utils: { isValidPrivateKey: refused },
};
