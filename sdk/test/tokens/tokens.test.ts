import { Buffer } from "buffer";
import { expect } from "chai";
import {
  ACCOUNT_SIZE,
  AccountState,
  ExtensionType,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { type AccountInfo, PublicKey } from "@solana/web3.js";
import { AccountKindError, CpiGuardError, UnsupportedMintError } from "../../src/errors/accounts";
import { parseTokenAccount } from "../../src/tokens/account";
import { refuseUnapprovable } from "../../src/tokens/approvable";
import { parseMint } from "../../src/tokens/mint";
import { requireSupported } from "../../src/tokens/mint-state";
import { expectError } from "../expect-error";
import {
  mint,
  mintBytes,
  owner,
  ownerTokens,
  stranger,
  tokenAccountBytes,
  userPaymentPda,
} from "../fixtures";

const info = (program: PublicKey, data: Buffer): AccountInfo<Buffer> => ({
  owner: program,
  data,
  executable: false,
  lamports: 1,
});

/** A base account with extensions behind it, as Token-2022 stores them. */
function extended(base: Buffer, accountType: 1 | 2, extensions: [number, number[]][]): Buffer {
  const tlv = extensions.map(([type, value]) => {
    const entry = Buffer.alloc(4 + value.length);
    entry.writeUInt16LE(type, 0);
    entry.writeUInt16LE(value.length, 2);
    entry.set(value, 4);
    return entry;
  });
  const padded = Buffer.concat([base, Buffer.alloc(ACCOUNT_SIZE - base.length)]);
  return Buffer.concat([padded, Buffer.from([accountType]), ...tlv]);
}

const withExtensions = (...extensions: [number, number[]][]) =>
  parseMint(mint, info(TOKEN_2022_PROGRAM_ID, extended(mintBytes(), 1, extensions)));

/** Decision 0001's allow-list, by number. */
const SUPPORTED = [3, 4, 10, 18, 19, 20, 21, 22, 23, 25];

describe("parseMint", () => {
  it("given a mint of either program, then that program and its decimals", () => {
    for (const program of [TOKEN_PROGRAM_ID, TOKEN_2022_PROGRAM_ID]) {
      const parsed = parseMint(mint, info(program, mintBytes()));
      expect(parsed.tokenProgram.equals(program)).to.equal(true);
      expect([parsed.decimals, parsed.unsupportedExtensions]).to.deep.equal([6, []]);
    }
  });

  for (const type of [...Array(40).keys(), 1_000, 65_535].filter(
    (number) => number !== 0 && number !== 6,
  )) {
    const isSupported = SUPPORTED.includes(type);
    it(`given extension ${type}, then ${isSupported ? "supported" : "refused"}`, async () => {
      const parsed = withExtensions([3, Array(32).fill(0)], [type, [1, 2, 3]]);
      if (isSupported) return requireSupported(parsed);
      const error = await expectError(UnsupportedMintError, () => requireSupported(parsed));
      const name = ExtensionType[type] ?? `unknown extension ${type}`;
      expect(error.extensions).to.deep.equal([name]);
    });
  }

  it("given a default account state, then supported only when it is initialized", () => {
    const state = (value: AccountState) => withExtensions([6, [value]]).unsupportedExtensions;
    expect(state(AccountState.Initialized)).to.deep.equal([]);
    expect(state(AccountState.Frozen)).to.deep.equal(["DefaultAccountState"]);
  });

  it("given padding after the extensions, then it is not an extension", () => {
    const data = Buffer.concat([
      extended(mintBytes(), 1, [[3, Array(32).fill(0)]]),
      Buffer.alloc(10),
    ]);
    expect(parseMint(mint, info(TOKEN_2022_PROGRAM_ID, data)).unsupportedExtensions).to.deep.equal(
      [],
    );
  });

  it("given another program's account, a token account or too few bytes, then refused", async () => {
    await expectError(AccountKindError, () =>
      parseMint(mint, info(stranger.publicKey, mintBytes())),
    );
    await expectError(AccountKindError, () =>
      parseMint(mint, info(TOKEN_PROGRAM_ID, tokenAccountBytes())),
    );
    await expectError(AccountKindError, () =>
      parseMint(mint, info(TOKEN_PROGRAM_ID, Buffer.alloc(10))),
    );
    await expectError(AccountKindError, () =>
      parseMint(mint, info(TOKEN_PROGRAM_ID, Buffer.alloc(82))),
    );
  });
});

describe("parseTokenAccount", () => {
  const guarded = (value: number) =>
    parseTokenAccount(
      ownerTokens,
      info(TOKEN_2022_PROGRAM_ID, extended(tokenAccountBytes(), 2, [[11, [value]]])),
    )!;
  const expected = { owner: owner.publicKey, mint, userPayment: userPaymentPda };

  it("given a CPI guard that is on, then refused for approving; off, then taken", async () => {
    const error = await expectError(CpiGuardError, () =>
      refuseUnapprovable(guarded(1), expected, false),
    );
    expect(error.tokenAccount.equals(ownerTokens)).to.equal(true);
    refuseUnapprovable(guarded(0), expected, false);
  });

  it("given no delegate, then no allowance, whatever the bytes say", () => {
    const data = tokenAccountBytes({ delegate: null, delegatedAmount: 5n });
    expect(parseTokenAccount(ownerTokens, info(TOKEN_PROGRAM_ID, data))!.delegatedAmount).to.equal(
      0n,
    );
  });

  it("given an account that is not a token account, then null", () => {
    expect(parseTokenAccount(ownerTokens, null)).to.equal(null);
    expect(parseTokenAccount(mint, info(TOKEN_PROGRAM_ID, mintBytes()))).to.equal(null);
    expect(parseTokenAccount(mint, info(TOKEN_PROGRAM_ID, Buffer.alloc(165)))).to.equal(null);
    expect(parseTokenAccount(mint, info(stranger.publicKey, tokenAccountBytes()))).to.equal(null);
  });
});
