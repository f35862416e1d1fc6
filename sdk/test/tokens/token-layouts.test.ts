/** The readers of mints and token accounts against spl-token, on random accounts. A failing run prints its seed. */
import { expect } from "chai";
import fc from "fast-check";
import {
  ASSOCIATED_TOKEN_PROGRAM_ID as SPL_ASSOCIATED,
  createAssociatedTokenAccountIdempotentInstruction,
  ExtensionType,
  getAssociatedTokenAddressSync,
  getCpiGuard,
  getDefaultAccountState,
  getExtensionData,
  getExtensionTypes,
  getMemoTransfer,
  NATIVE_MINT as SPL_NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID as SPL_TOKEN_2022,
  TOKEN_PROGRAM_ID as SPL_TOKEN,
  unpackAccount,
  unpackMint,
} from "@solana/spl-token";
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import { AccountKindError } from "../../src/errors/accounts";
import { parseTokenAccount } from "../../src/tokens/account";
import { associatedTokenAddress, createAssociatedTokenAccount } from "../../src/tokens/associated";
import { extensionName } from "../../src/tokens/extensions";
import { parseMint } from "../../src/tokens/mint";
import {
  ASSOCIATED_TOKEN_PROGRAM_ID,
  NATIVE_MINT,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "../../src/constants";
import { mint, ownerTokens, stranger } from "../fixtures";

const RUNS = { numRuns: 1_000 };
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = bytes(32).map((value) => new PublicKey(value));
const tokenProgram = fc.constantFrom(TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID);

/** The named extensions, each of them as often as the rest, with values of any length. */
const extensions = fc
  .array(
    fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 65_535 })),
      // A `ConfidentialTransferAccount` is the longest that is looked into.
      fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), bytes(295)),
    ),
    { maxLength: 6 },
  )
  .map((entries) =>
    Buffer.concat(
      entries.map(([type, value]) => {
        const head = Buffer.alloc(4);
        head.writeUInt16LE(type, 0);
        head.writeUInt16LE(value.length, 2);
        return Buffer.concat([head, value]);
      }),
    ),
  );

/** `base` bytes with small numbers at the offsets of tags and states, so that most of them are valid. */
function accountBytes(base: number, tags: readonly number[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(bytes(base), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }))
    .map(([random, values]) => {
      const data = Buffer.from(random);
      tags.forEach((offset, index) => (data[offset] = values[index]!));
      return data;
    });
}

/**
 * A base account by itself, with a list of extensions behind it, or of a size that it never has. spl-token reads padding
 * as entries, and past the end where it is less than one.
 */
function layouts(base: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const extended = fc
    .tuple(base, fc.constantFrom(1, 2, 2, 1, 0, 3), extensions, fc.constantFrom(0, 4, 8))
    .map(([data, accountType, list, padding]) =>
      Buffer.concat([
        data,
        Buffer.alloc(165 - data.length),
        Buffer.from([accountType]),
        list,
        Buffer.alloc(padding),
      ]),
    );
  const odd = fc
    .tuple(base, fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constant(355)))
    .map(([data, size]) => Buffer.concat([data, Buffer.alloc(400)]).subarray(0, size));
  return fc.oneof(base, extended, extended, odd);
}

const info = (owner: PublicKey, data: Buffer): AccountInfo<Buffer> => ({
  owner,
  data,
  executable: false,
  lamports: 1,
});

/** What `read` gives, or `null` where spl-token throws. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** `allow_non_confidential_credits`, for which spl-token has no reader; undefined without the extension. */
function allowsPublicCredits(tlv: Buffer): boolean | undefined {
  const value = getExtensionData(ExtensionType.ConfidentialTransferAccount, tlv);
  return value && value.length > 262 ? value[262] !== 0 : undefined;
}

describe("the token layouts", () => {
  it("has spl-token's addresses and names of extensions", () => {
    expect(TOKEN_PROGRAM_ID.equals(SPL_TOKEN)).to.equal(true);
    expect(TOKEN_2022_PROGRAM_ID.equals(SPL_TOKEN_2022)).to.equal(true);
    expect(ASSOCIATED_TOKEN_PROGRAM_ID.equals(SPL_ASSOCIATED)).to.equal(true);
    expect(NATIVE_MINT.equals(SPL_NATIVE_MINT)).to.equal(true);
    for (let type = 1; type < 60; type += 1) {
      expect(extensionName(type)).to.equal(ExtensionType[type] ?? `unknown extension ${type}`);
    }
  });

  it("reads token accounts of both programs as spl-token does, and nothing that it refuses", () => {
    const counts = { read: 0, refused: 0 };
    fc.assert(
      fc.property(tokenProgram, layouts(accountBytes(165, [72, 108])), (program, data) => {
        const ours = parseTokenAccount(ownerTokens, info(program, data));
        const theirs = orNull(() => unpackAccount(ownerTokens, info(program, data), program));
        counts[ours ? "read" : "refused"] += 1;
        if (!theirs?.isInitialized) {
          expect(ours).to.equal(null);
          return;
        }
        expect({ ...ours, tokenProgram: program.toBase58() }).to.deep.equal({
          address: ownerTokens,
          tokenProgram: program.toBase58(),
          owner: theirs.owner,
          mint: theirs.mint,
          amount: theirs.amount,
          delegate: theirs.delegate,
          delegatedAmount: theirs.delegate ? theirs.delegatedAmount : 0n,
          isFrozen: theirs.isFrozen,
          isCpiGuarded: getCpiGuard(theirs)?.lockCpi ?? false,
          isMemoRequired: getMemoTransfer(theirs)?.requireIncomingTransferMemos ?? false,
          isConfidentialOnly: allowsPublicCredits(theirs.tlvData) === false,
        });
      }),
      RUNS,
    );
    expect(Math.min(counts.read, counts.refused)).to.be.greaterThan(100);
  });

  it("reads mints of both programs as spl-token does, and refuses what it refuses", () => {
    const supported = [3, 4, 10, 18, 19, 20, 21, 22, 23, 25];
    const counts = { read: 0, refused: 0 };
    fc.assert(
      fc.property(tokenProgram, layouts(accountBytes(82, [0, 45, 46])), (program, data) => {
        const parse = () => parseMint(mint, info(program, data));
        const theirs = orNull(() => unpackMint(mint, info(program, data), program));
        counts[theirs?.isInitialized ? "read" : "refused"] += 1;
        if (!theirs?.isInitialized) {
          expect(parse).to.throw(AccountKindError);
          return;
        }
        const ours = parse();
        expect(ours.decimals).to.equal(theirs.decimals);
        const isRefused = (type: number) =>
          type === 6
            ? Number(getDefaultAccountState(theirs)!.state) !== 1
            : !supported.includes(type);
        const types = getExtensionTypes(theirs.tlvData).filter((type) => (type as number) !== 0);
        // spl-token finds the value of the first entry only; no mint has an extension twice.
        if (new Set(types).size !== types.length) return;
        expect(ours.unsupportedExtensions).to.deep.equal(
          types.filter(isRefused).map((type) => extensionName(type)),
        );
      }),
      RUNS,
    );
    expect(Math.min(counts.read, counts.refused)).to.be.greaterThan(100);
  });

  it("refuses an extension that ends behind the account", () => {
    const cut = Buffer.concat([Buffer.alloc(165, 1), Buffer.from([2, 11, 0, 4, 0, 1])]);
    expect(parseTokenAccount(ownerTokens, info(TOKEN_2022_PROGRAM_ID, cut))).to.equal(null);
  });

  it("reads no account of another program", () => {
    const data = Buffer.alloc(165, 1);
    expect(parseTokenAccount(ownerTokens, info(stranger.publicKey, data))).to.equal(null);
    expect(parseTokenAccount(ownerTokens, undefined)).to.equal(null);
  });

  it("lets an error through that is not about the account's bytes", () => {
    const broken = Object.assign(Buffer.alloc(165, 1), {
      subarray: () => {
        throw new ReferenceError("Buffer is not defined");
      },
    });
    const parse = () => parseTokenAccount(ownerTokens, info(TOKEN_PROGRAM_ID, broken));
    expect(parse).to.throw(ReferenceError, "Buffer is not defined");
  });

  it("derives and creates associated token accounts as spl-token does", () => {
    fc.assert(
      fc.property(key, key, key, tokenProgram, (payer, owner, mintAddress, program) => {
        const theirs = getAssociatedTokenAddressSync(mintAddress, owner, true, program);
        expect(associatedTokenAddress(mintAddress, owner, program).equals(theirs)).to.equal(true);
        expect(createAssociatedTokenAccount(payer, mintAddress, owner, program)).to.deep.equal(
          createAssociatedTokenAccountIdempotentInstruction(
            payer,
            theirs,
            owner,
            mintAddress,
            program,
          ),
        );
      }),
      { numRuns: 50 },
    );
  });
});
