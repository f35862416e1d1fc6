/** Reads the symbol that a token gives itself. Its issuer writes it: it proves nothing. */
import { PublicKey } from "@solana/web3.js";

const METAPLEX = "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s";
/** Bytes of the token program's base account and of the account type, before the extensions of a mint. */
const EXTENSIONS_AT = 166;
/** Type of the extension `TokenMetadata`. */
const TOKEN_METADATA = 19;
/** Longest symbol that is shown. */
const MAX_LENGTH = 10;

/** Returns the address of the metadata account that Metaplex keeps for a mint. */
export function metaplexAddress(mint: PublicKey): PublicKey {
  const program = new PublicKey(METAPLEX);
  const seeds = [new TextEncoder().encode("metadata"), program.toBytes(), mint.toBytes()];
  return PublicKey.findProgramAddressSync(seeds, program)[0];
}

/** Returns the symbol in the data of a Metaplex metadata account; null where there is none. */
export function metaplexSymbol(data: Uint8Array): string | null {
  // A key byte, then update authority and mint.
  return symbolAfter(data, 1 + 64);
}

/** Returns the symbol in a mint's own extension of Token-2022; null where there is none. */
export function extensionSymbol(data: Uint8Array): string | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = EXTENSIONS_AT;
  while (at + 4 <= data.length) {
    const type = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (type === TOKEN_METADATA) return symbolAfter(data.subarray(at + 4, at + 4 + length), 64);
    if (type === 0) return null;
    at += 4 + length;
  }
  return null;
}

/** Reads name and symbol, each behind its length of four bytes, and returns the symbol. */
function symbolAfter(data: Uint8Array, offset: number): string | null {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (offset + 4 > data.length) return null;
  const symbolAt = offset + 4 + view.getUint32(offset, true);
  if (symbolAt + 4 > data.length) return null;
  const length = view.getUint32(symbolAt, true);
  const bytes = data.subarray(symbolAt + 4, symbolAt + 4 + Math.min(length, 64));
  return cleanSymbol(new TextDecoder().decode(bytes));
}

/** Keeps letters and digits: directions, spaces and signs could imitate another token's symbol beside an amount. */
function cleanSymbol(text: string): string | null {
  const kept = text.replace(/[^\p{L}\p{N}$.-]/gu, "").slice(0, MAX_LENGTH);
  return kept === "" ? null : kept;
}
