/**
 * Token-2022 mint extensions as bytes. They are written into the mint directly, because each runtime brings
 * another build of Token-2022 and neither has an instruction for all of them.
 */
import { AccountState, ExtensionType } from "@solana/spl-token";
import { PublicKey } from "@solana/web3.js";

export interface MintExtension {
  name: string;
  type: number;
  data: Buffer;
}

/** What `@solana/spl-token` has no number for. */
const CONFIDENTIAL_TRANSFER_FEE_CONFIG = 16;
const CONFIDENTIAL_MINT_BURN = 24;

const ELGAMAL_KEY_SIZE = 32;
const ELGAMAL_CIPHERTEXT_SIZE = 64;
const DECRYPTABLE_BALANCE_SIZE = 36;

const address = (key: PublicKey | null): Buffer => key?.toBuffer() ?? Buffer.alloc(32);

const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
};

const f64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value, "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** An authority that never signs. */
const AUTHORITY = new PublicKey(Buffer.alloc(32, 7));

/** One builder an extension, in the order of their numbers, with a harmless or typical value each. */
export const mintExtension = {
  transferFeeConfig: (basisPoints = 100, maximumFee = 5_000n): MintExtension => {
    const fee = Buffer.concat([u64(0n), u64(maximumFee), u16(basisPoints)]);
    const data = Buffer.concat([address(AUTHORITY), address(AUTHORITY), u64(0n), fee, fee]);
    return { name: "TransferFeeConfig", type: ExtensionType.TransferFeeConfig, data };
  },
  mintCloseAuthority: (authority: PublicKey = AUTHORITY): MintExtension => ({
    name: "MintCloseAuthority",
    type: ExtensionType.MintCloseAuthority,
    data: address(authority),
  }),
  confidentialTransferMint: (): MintExtension => ({
    name: "ConfidentialTransferMint",
    type: ExtensionType.ConfidentialTransferMint,
    data: Buffer.concat([address(AUTHORITY), Buffer.from([1]), Buffer.alloc(ELGAMAL_KEY_SIZE)]),
  }),
  defaultAccountState: (state: AccountState): MintExtension => ({
    name: `DefaultAccountState(${AccountState[state]})`,
    type: ExtensionType.DefaultAccountState,
    data: Buffer.from([state]),
  }),
  nonTransferable: (): MintExtension => ({
    name: "NonTransferable",
    type: ExtensionType.NonTransferable,
    data: Buffer.alloc(0),
  }),
  interestBearingConfig: (rateBps = 500): MintExtension => ({
    name: "InterestBearingConfig",
    type: ExtensionType.InterestBearingConfig,
    data: Buffer.concat([address(AUTHORITY), u64(0n), u16(rateBps), u64(0n), u16(rateBps)]),
  }),
  permanentDelegate: (delegate: PublicKey = AUTHORITY): MintExtension => ({
    name: "PermanentDelegate",
    type: ExtensionType.PermanentDelegate,
    data: address(delegate),
  }),
  transferHook: (program: PublicKey = AUTHORITY): MintExtension => ({
    name: "TransferHook",
    type: ExtensionType.TransferHook,
    data: Buffer.concat([address(AUTHORITY), address(program)]),
  }),
  confidentialTransferFeeConfig: (): MintExtension => ({
    name: "ConfidentialTransferFeeConfig",
    type: CONFIDENTIAL_TRANSFER_FEE_CONFIG,
    data: Buffer.concat([
      address(AUTHORITY),
      Buffer.alloc(ELGAMAL_KEY_SIZE),
      Buffer.from([1]),
      Buffer.alloc(ELGAMAL_CIPHERTEXT_SIZE),
    ]),
  }),
  metadataPointer: (metadata: PublicKey = AUTHORITY): MintExtension => ({
    name: "MetadataPointer",
    type: ExtensionType.MetadataPointer,
    data: Buffer.concat([address(AUTHORITY), address(metadata)]),
  }),
  tokenMetadata: (mint: PublicKey = AUTHORITY): MintExtension => ({
    name: "TokenMetadata",
    type: ExtensionType.TokenMetadata,
    data: Buffer.concat([
      address(AUTHORITY),
      address(mint),
      text("Test Dollar"),
      text("TUSD"),
      text("https://example.com/tusd.json"),
      Buffer.alloc(4), // no additional pairs
    ]),
  }),
  groupPointer: (group: PublicKey = AUTHORITY): MintExtension => ({
    name: "GroupPointer",
    type: ExtensionType.GroupPointer,
    data: Buffer.concat([address(AUTHORITY), address(group)]),
  }),
  tokenGroup: (mint: PublicKey = AUTHORITY): MintExtension => ({
    name: "TokenGroup",
    type: ExtensionType.TokenGroup,
    data: Buffer.concat([address(AUTHORITY), address(mint), u64(0n), u64(10n)]),
  }),
  groupMemberPointer: (member: PublicKey = AUTHORITY): MintExtension => ({
    name: "GroupMemberPointer",
    type: ExtensionType.GroupMemberPointer,
    data: Buffer.concat([address(AUTHORITY), address(member)]),
  }),
  tokenGroupMember: (mint: PublicKey = AUTHORITY): MintExtension => ({
    name: "TokenGroupMember",
    type: ExtensionType.TokenGroupMember,
    data: Buffer.concat([address(mint), address(AUTHORITY), u64(1n)]),
  }),
  confidentialMintBurn: (): MintExtension => ({
    name: "ConfidentialMintBurn",
    type: CONFIDENTIAL_MINT_BURN,
    data: Buffer.alloc(
      ELGAMAL_CIPHERTEXT_SIZE +
        DECRYPTABLE_BALANCE_SIZE +
        ELGAMAL_KEY_SIZE +
        ELGAMAL_CIPHERTEXT_SIZE,
    ),
  }),
  scaledUiAmountConfig: (multiplier = 2): MintExtension => ({
    name: "ScaledUiAmountConfig",
    type: ExtensionType.ScaledUiAmountConfig,
    data: Buffer.concat([address(AUTHORITY), f64(multiplier), u64(0n), f64(multiplier)]),
  }),
  pausableConfig: (isPaused = false): MintExtension => ({
    name: "PausableConfig",
    type: ExtensionType.PausableConfig,
    data: Buffer.concat([address(AUTHORITY), Buffer.from([isPaused ? 1 : 0])]),
  }),
  permissionedBurn: (): MintExtension => ({
    name: "PermissionedBurn",
    type: ExtensionType.PermissionedBurn,
    data: address(AUTHORITY),
  }),
  /** A number no build of Token-2022 knows. */
  unknown: (type = 9_999, size = 8): MintExtension => ({
    name: `Unknown(${type})`,
    type,
    data: Buffer.alloc(size, 1),
  }),
};

/** Extensions as the program keeps them behind the account type: type, length, value. */
export const encodeExtensions = (extensions: Pick<MintExtension, "type" | "data">[]): Buffer =>
  Buffer.concat(extensions.flatMap(({ type, data }) => [u16(type), u16(data.length), data]));
