/** Stands in for `borsh`, which web3.js imports for its class `Struct`. The page encodes with the SDK's codecs. */
import { refuse } from "./refuse";

const refused = refuse("Borsh encoding of web3.js");

export const serialize = refused;
export const deserialize = refused;
export const deserializeUnchecked = refused;
