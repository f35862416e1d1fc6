// Adds to the IDL which addresses of an instruction follow from others: the seeds of derived addresses (`pda`), fixed
// programs (`address`) and fields of other accounts (`relations`). The program checks them in code, which Anchor's macros
// cannot read. Anchor's client and Codama read them from the IDL.

import { PublicKey } from "@solana/web3.js";

const ASSOCIATED_TOKEN_PROGRAM = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
const UPGRADEABLE_LOADER = "BPFLoaderUpgradeab1e11111111111111111111111";

const text = (value) => ({ kind: "const", value: [...Buffer.from(value)] });
const program = (address) => ({ kind: "const", value: [...new PublicKey(address).toBytes()] });
const account = (path) => ({ kind: "account", path });
const field = (path, type) => ({ kind: "account", path, account: type });

/** The seeds of an account by its name, in the words of `docs/accounts.md`. `instruction` creates it or only names it. */
const DERIVED = {
  config: () => ({ seeds: [text("config")] }),
  gateway: (has) => has("authority") && { seeds: [text("gateway"), account("authority")] },
  user_payment: (has) =>
    has("owner") && has("mint")
      ? { seeds: [text("user_payment"), account("owner"), account("mint")] }
      : undefined,
  policy: (has, instruction) =>
    instruction === "create_milestone_policy"
      ? {
          seeds: [
            text("payment_policy"),
            account("user_payment"),
            field("user_payment.next_policy_id", "UserPayment"),
          ],
        }
      : undefined,
  escrow: () => ({ seeds: [text("escrow"), account("policy")] }),
  vault: () => ({
    seeds: [account("escrow"), account("token_program"), account("mint")],
    program: program(ASSOCIATED_TOKEN_PROGRAM),
  }),
  program_data: (_has, _instruction, programId) => ({
    seeds: [program(programId)],
    program: program(UPGRADEABLE_LOADER),
  }),
};

/** The accounts that a field of another account names, as `[the other account, its type]`; the first one present counts. */
const NAMED_BY = {
  owner: [["user_payment", "UserPayment"]],
  mint: [["user_payment", "UserPayment"]],
  token_account: [["user_payment", "UserPayment"]],
  user_payment: [["policy", "PaymentPolicy"]],
  gateway: [["policy", "PaymentPolicy"]],
  recipient: [["policy", "PaymentPolicy"]],
  mediator: [["escrow", "Escrow"]],
  pending_authority: [["config", "ProgramConfig"]],
  authority: [
    ["gateway", "PaymentGateway"],
    ["config", "ProgramConfig"],
  ],
  rent_payer: [
    ["escrow", "Escrow"],
    ["policy", "PaymentPolicy"],
    ["user_payment", "UserPayment"],
    ["gateway", "PaymentGateway"],
  ],
};

/** The account that an instruction creates: it has no fields yet that could name another account. */
const CREATES = {
  create_gateway: "gateway",
  create_user_payment: "user_payment",
  create_milestone_policy: "policy",
  initialize_config: "config",
  open_escrow: "escrow",
};

/** Slots that no field determines: a held policy is paid from its vault, and a creation starts from the mint. */
const OPEN_SLOTS = new Set(["execute_payment.token_account", "create_milestone_policy.mint"]);

/**
 * Adds `pda`, `address` and `relations` to the instructions' accounts, in place.
 * `typeCalled(name)` gives an account's type.
 */
export function nameTheAddresses(instructions, typeCalled, programId, fail) {
  for (const { name: instruction, accounts } of instructions) {
    const has = (wanted) => accounts.some(({ name }) => name === wanted);
    for (const item of accounts) {
      if (item.pda || item.relations) fail(`${instruction}.${item.name} names its address already`);
      if (item.name === "associated_token_program") item.address = ASSOCIATED_TOKEN_PROGRAM;
      const isOpen = OPEN_SLOTS.has(`${instruction}.${item.name}`);
      const relation = NAMED_BY[item.name]?.find(
        ([holder]) => has(holder) && CREATES[instruction] !== holder,
      );
      // A client fills in every relation: it would ask for an optional signature that is not needed.
      if (relation && !isOpen && !item.optional) {
        const [holder, type] = relation;
        if (!typeCalled(type).type.fields.some(({ name }) => name === item.name)) {
          fail(`${type} has no field ${item.name}, by which ${holder} names it`);
        }
        item.relations = [holder];
      }
      const pda = DERIVED[item.name]?.(has, instruction, programId);
      // One way to find an address is enough. Prefer the field: the seeds may need the account itself.
      if (pda && !item.relations) item.pda = pda;
    }
  }
}
