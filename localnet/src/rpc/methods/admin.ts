/** Methods that real nodes do not have: this chain's clock, accounts and ledger. Their names start with `localnet_`. */
import { decodeBase58 } from "../../chain/base58";
import { SYSTEM_PROGRAM } from "../../chain/svm";
import { TEST_MINT } from "../../chain/test-mint";
import { isTokenProgram } from "../../chain/token-state";
import { invalidParams } from "../errors";
import type { Methods, Node } from "../method";
import { asAddress, asFlag, asInteger, asObject, asText, asU64, decodeBase64 } from "../params";

/** Later than any date that a program reads, and exact in a double. */
const MAX_TIME = 1e12;
const MAX_SLOT = 1e12;

export const adminMethods = {
  /** `[{ unixTimestamp }]` */
  localnet_setClock(node, params) {
    const unixTimestamp = asInteger(asObject(params.any(0)).unixTimestamp);
    if (unixTimestamp > MAX_TIME) throw invalidParams("Invalid param: seconds, not milliseconds");
    node.chain.setTime(unixTimestamp);
    return clockOf(node);
  },

  /** `[{ slots?, seconds? }]`: a field that is missing stays as it is. */
  localnet_warp(node, params) {
    const { slots = 0, seconds = 0 } = asObject(params.any(0));
    const isWithin =
      node.chain.clock.time + asInteger(seconds) <= MAX_TIME &&
      node.chain.slot + asInteger(slots) <= MAX_SLOT;
    if (!isWithin) {
      throw invalidParams("Invalid param: the time or the slot is above 1,000,000,000,000");
    }
    node.chain.warp(asInteger(slots), asInteger(seconds));
    return clockOf(node);
  },

  localnet_getClock: (node) => clockOf(node),

  /** `[address, { lamports, data?, encoding?, owner?, executable? }]`: writes the account without the runtime's checks. */
  localnet_setAccount({ chain }, params) {
    const { lamports, data = "", encoding = "base64", owner, executable } = asObject(params.any(1));
    const bytes = encoding === "base58" ? decodeBase58(asText(data)) : decodeBase64(asText(data));
    if (!bytes) throw invalidParams("Invalid param: data is not in its encoding");
    const address = params.address(0);
    const account = {
      lamports: BigInt(asInteger(lamports)),
      data: bytes,
      owner: owner === undefined ? SYSTEM_PROGRAM : asAddress(owner),
      executable: asFlag(executable),
    };
    try {
      chain.setAccount(address, account);
    } catch (error) {
      // The runtime cannot load the program, or cannot read the sysvar.
      throw invalidParams(`Invalid param: ${(error as Error).message}`);
    }
    return null;
  },

  /** `[wallet, amount]`, in base units: a decimal string or a number. Gives test tokens, as an airdrop gives SOL. */
  localnet_airdropTokens(node, params) {
    const wallet = params.address(0);
    if (!node.chain.getAccount(TEST_MINT.toBase58())) {
      throw invalidParams("This chain has no test mint. Start it without --bare.");
    }
    if (isTokenProgram(node.chain.getAccount(wallet)?.owner ?? "")) {
      throw invalidParams(`${wallet} is a mint or a token account. Pass the address of its owner.`);
    }
    return node.airdropTokens(wallet, asU64(params.any(1)));
  },

  /** Writes the ledger now. Returns false without a ledger. */
  localnet_save: (node) => node.save(),
} satisfies Methods;

const clockOf = ({ chain }: Node) => ({
  slot: chain.slot,
  unixTimestamp: chain.clock.time,
  mode: chain.clock.mode,
});
