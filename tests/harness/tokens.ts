/** Mints and token accounts, of SPL Token and Token-2022. */
import {
  ACCOUNT_SIZE,
  AccountLayout,
  AccountState,
  AccountType,
  createAssociatedTokenAccountIdempotentInstruction,
  createInitializeAccount3Instruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  ExtensionType,
  getAccountLen,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  MintLayout,
  MULTISIG_SIZE,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from "@solana/spl-token";
import { Keypair, PublicKey, SystemProgram } from "@solana/web3.js";
import type { Chain } from "./chain";
import { encodeExtensions, type MintExtension } from "./mint-extensions";

export interface MintSpec {
  decimals?: number;
  /** SPL Token, or Token-2022 where there are extensions. */
  program?: PublicKey;
  extensions?: MintExtension[];
  authority?: Keypair;
  freezeAuthority?: PublicKey | null;
  /** The mint's own key; drawn when absent. */
  keypair?: Keypair;
}

export interface TestMint {
  address: PublicKey;
  program: PublicKey;
  authority: Keypair;
  decimals: number;
  extensions: MintExtension[];
}

/** A mint with supply zero. With extensions it is written, without it is initialised by instruction. */
export async function createMint(chain: Chain, spec: MintSpec = {}): Promise<TestMint> {
  const { decimals = 6, extensions = [], freezeAuthority = null } = spec;
  const keypair = spec.keypair ?? Keypair.generate();
  const authority = spec.authority ?? Keypair.generate();
  const program =
    spec.program ?? (extensions.length > 0 ? TOKEN_2022_PROGRAM_ID : TOKEN_PROGRAM_ID);
  const mint: TestMint = { address: keypair.publicKey, program, authority, decimals, extensions };

  if (extensions.length > 0) {
    await writeMint(chain, mint, freezeAuthority, 0n);
    return mint;
  }
  await chain.sendOk(
    [
      SystemProgram.createAccount({
        fromPubkey: chain.payer.publicKey,
        newAccountPubkey: mint.address,
        space: MINT_SIZE,
        lamports: Number(await chain.rentExempt(MINT_SIZE)),
        programId: program,
      }),
      createInitializeMint2Instruction(
        mint.address,
        decimals,
        authority.publicKey,
        freezeAuthority,
        program,
      ),
    ],
    [keypair],
  );
  return mint;
}

/** Creates an empty token account by instruction: the associated one, or one at `keypair`. */
export async function createTokenAccount(
  chain: Chain,
  mint: TestMint,
  owner: PublicKey,
  keypair?: Keypair,
): Promise<PublicKey> {
  const payer = chain.payer.publicKey;
  if (!keypair) {
    const address = associatedTokenAddress(mint, owner);
    await chain.sendOk(
      createAssociatedTokenAccountIdempotentInstruction(
        payer,
        address,
        owner,
        mint.address,
        mint.program,
      ),
    );
    return address;
  }
  const space =
    tokenAccountExtensions(mint, false).length === 0 ? ACCOUNT_SIZE : extendedSize(mint);
  await chain.sendOk(
    [
      SystemProgram.createAccount({
        fromPubkey: payer,
        newAccountPubkey: keypair.publicKey,
        space,
        lamports: Number(await chain.rentExempt(space)),
        programId: mint.program,
      }),
      createInitializeAccount3Instruction(keypair.publicKey, mint.address, owner, mint.program),
    ],
    [keypair],
  );
  return keypair.publicKey;
}

export async function mintTo(
  chain: Chain,
  mint: TestMint,
  account: PublicKey,
  amount: bigint,
): Promise<void> {
  await chain.sendOk(
    createMintToInstruction(
      mint.address,
      account,
      mint.authority.publicKey,
      amount,
      [],
      mint.program,
    ),
    [mint.authority],
  );
}

/** The associated token account of `owner`, made and holding `amount`. */
export async function fundedTokenAccount(
  chain: Chain,
  mint: TestMint,
  owner: PublicKey,
  amount: bigint,
): Promise<PublicKey> {
  const address = await createTokenAccount(chain, mint, owner);
  if (amount > 0n) await mintTo(chain, mint, address, amount);
  return address;
}

export const associatedTokenAddress = (mint: TestMint, owner: PublicKey): PublicKey =>
  getAssociatedTokenAddressSync(mint.address, owner, true, mint.program);

export interface TokenAccountState {
  mint: PublicKey;
  owner: PublicKey;
  amount: bigint;
  delegate: PublicKey | null;
  delegatedAmount: bigint;
  isFrozen: boolean;
  closeAuthority: PublicKey | null;
}

/** Reads a token account of either program; throws when there is none. */
export async function readTokenAccount(
  chain: Chain,
  address: PublicKey,
): Promise<TokenAccountState> {
  const account = await chain.getAccount(address);
  if (!account || account.data.length < ACCOUNT_SIZE) {
    throw new Error(`no token account at ${address.toBase58()}`);
  }
  const raw = AccountLayout.decode(account.data);
  return {
    mint: raw.mint,
    owner: raw.owner,
    amount: raw.amount,
    delegate: raw.delegateOption ? raw.delegate : null,
    delegatedAmount: raw.delegatedAmount,
    isFrozen: raw.state === AccountState.Frozen,
    closeAuthority: raw.closeAuthorityOption ? raw.closeAuthority : null,
  };
}

export interface WrittenTokenAccount extends Partial<Omit<TokenAccountState, "mint" | "owner">> {
  /** The associated address when absent. */
  address?: PublicKey;
}

/**
 * Writes a token account past the token program: for states no instruction leads to, and for mints whose
 * extensions the runtime's Token-2022 does not know. The mint's supply is left as it is.
 */
export async function writeTokenAccount(
  chain: Chain,
  mint: TestMint,
  owner: PublicKey,
  state: WrittenTokenAccount = {},
): Promise<PublicKey> {
  const address = state.address ?? associatedTokenAddress(mint, owner);
  const base = Buffer.alloc(ACCOUNT_SIZE);
  const { delegate = null, closeAuthority = null } = state;
  AccountLayout.encode(
    {
      mint: mint.address,
      owner,
      amount: state.amount ?? 0n,
      delegateOption: delegate ? 1 : 0,
      delegate: delegate ?? PublicKey.default,
      delegatedAmount: state.delegatedAmount ?? 0n,
      state: state.isFrozen ? AccountState.Frozen : AccountState.Initialized,
      isNativeOption: 0,
      isNative: 0n,
      closeAuthorityOption: closeAuthority ? 1 : 0,
      closeAuthority: closeAuthority ?? PublicKey.default,
    },
    base,
  );
  const extensions = tokenAccountExtensions(mint, !state.address);
  const data =
    extensions.length === 0
      ? base
      : Buffer.concat([base, Buffer.from([AccountType.Account]), encodeExtensions(extensions)]);
  await write(chain, address, data, mint.program);
  return address;
}

async function writeMint(
  chain: Chain,
  mint: TestMint,
  freezeAuthority: PublicKey | null,
  supply: bigint,
): Promise<void> {
  const base = Buffer.alloc(ACCOUNT_SIZE); // an extended mint is padded to a token account's length
  MintLayout.encode(
    {
      mintAuthorityOption: 1,
      mintAuthority: mint.authority.publicKey,
      supply,
      decimals: mint.decimals,
      isInitialized: true,
      freezeAuthorityOption: freezeAuthority ? 1 : 0,
      freezeAuthority: freezeAuthority ?? PublicKey.default,
    },
    base,
  );
  const tlv = encodeExtensions(mint.extensions);
  const data = Buffer.concat([base, Buffer.from([AccountType.Mint]), tlv]);
  // The token program tells a multisig by its length alone, so extended accounts avoid it.
  const padding = Buffer.alloc(data.length === MULTISIG_SIZE ? 2 : 0);
  await write(chain, mint.address, Buffer.concat([data, padding]), mint.program);
}

async function write(
  chain: Chain,
  address: PublicKey,
  data: Buffer,
  owner: PublicKey,
): Promise<void> {
  const lamports = await chain.rentExempt(data.length);
  await chain.setAccount(address, { lamports, data, owner, executable: false });
}

/** Which extension a token account must carry for one of its mint. */
const REQUIRED_BY: Partial<Record<ExtensionType, { type: ExtensionType; size: number }>> = {
  [ExtensionType.TransferFeeConfig]: { type: ExtensionType.TransferFeeAmount, size: 8 },
  [ExtensionType.NonTransferable]: { type: ExtensionType.NonTransferableAccount, size: 0 },
  [ExtensionType.TransferHook]: { type: ExtensionType.TransferHookAccount, size: 1 },
  [ExtensionType.PausableConfig]: { type: ExtensionType.PausableAccount, size: 0 },
};

function tokenAccountExtensions(mint: TestMint, isAssociated: boolean) {
  const required = mint.extensions.flatMap(({ type }) => {
    const needed = REQUIRED_BY[type as ExtensionType];
    return needed ? [{ type: needed.type, data: Buffer.alloc(needed.size) }] : [];
  });
  const isImmutable = isAssociated && mint.program.equals(TOKEN_2022_PROGRAM_ID);
  return isImmutable
    ? [{ type: ExtensionType.ImmutableOwner as number, data: Buffer.alloc(0) }, ...required]
    : required;
}

const extendedSize = (mint: TestMint): number =>
  getAccountLen(tokenAccountExtensions(mint, false).map(({ type }) => type));
