/**
 * Every account has one layout: docs/accounts.md, the IDL, the SDK's sizes and offsets, the program's compile-time
 * assertions and the accounts on the chain agree on it.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { ACCOUNT_SIZE, ESCROW_OFFSET, POLICY_OFFSET, USER_PAYMENT_OFFSET } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import { HeldPolicy, IDL, World } from "../world";
import { documentedLayout, tableOf } from "./documented-layout";
import { idlLayout, sizeOfDefined } from "./idl-layout";

const STATE = path.join(__dirname, "../../programs/milestone/src/state");

const ACCOUNTS = {
  ProgramConfig: { sdk: "programConfig", source: "program_config.rs", offsets: {} },
  PaymentGateway: { sdk: "paymentGateway", source: "payment_gateway.rs", offsets: {} },
  UserPayment: { sdk: "userPayment", source: "user_payment.rs", offsets: USER_PAYMENT_OFFSET },
  PaymentPolicy: { sdk: "paymentPolicy", source: "payment_policy.rs", offsets: POLICY_OFFSET },
  Escrow: { sdk: "escrow", source: "escrow.rs", offsets: ESCROW_OFFSET },
} as const;
type AccountType = keyof typeof ACCOUNTS;
const TYPES = Object.keys(ACCOUNTS) as AccountType[];

/** Structs inside accounts, with the heading of their table on the page. */
const PARTS = [
  { name: "Milestone", heading: "The 128 bytes", size: 128, source: "milestone.rs" },
  { name: "EscrowMilestone", heading: "The 105 bytes", size: 105, source: "escrow.rs" },
];

/** `policyTypeTag` as the page's `policy_type tag`, `userPayment` as its `user_payment`. */
const documented = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_tag$/, " tag");

const source = (file: string): string => readFileSync(path.join(STATE, file), "utf8");

describe("account layout", () => {
  it("lists every account of the IDL", () => {
    expect(IDL.accounts?.map(({ name }) => name).sort()).to.deep.equal([...TYPES].sort());
  });

  for (const type of TYPES) {
    const { sdk, offsets } = ACCOUNTS[type];

    it(`has the IDL's fields of ${type} at the offsets of docs/accounts.md, with its size`, () => {
      expect(idlLayout(type)).to.deep.equal(documentedLayout(type));
    });

    it(`has the documented size of ${type} in the SDK, and its offsets`, () => {
      const { size, rows } = documentedLayout(type);
      expect(ACCOUNT_SIZE[sdk]).to.equal(size);
      for (const [name, offset] of Object.entries(offsets)) {
        expect(rows, name).to.deep.include([offset, documented(name)]);
      }
    });

    it(`has the documented size of ${type} asserted by the program when it compiles`, () => {
      const rust = source(ACCOUNTS[type].source);
      expect(rust).to.include(`const LEN: usize = ${documentedLayout(type).size};`);
      expect(rust).to.match(
        new RegExp(
          `const _: \\(\\) = assert!\\(8 \\+ core::mem::size_of::<${type}>\\(\\) == ${type}::LEN\\);`,
        ),
      );
    });
  }

  for (const { name, heading, size, source: file } of PARTS) {
    it(`has ${size} bytes of ${name} in docs/accounts.md, in the IDL and asserted by the program`, () => {
      expect(tableOf(heading).size).to.equal(size);
      expect(sizeOfDefined(name)).to.equal(size);
      expect(source(file)).to.include(
        `const _: () = assert!(core::mem::size_of::<${name}>() == ${size});`,
      );
    });
  }

  it("has the documented size of each account on the chain, rent exempt to the lamport", async () => {
    const world = await World.create();
    const held = await HeldPolicy.ready(world);
    const addresses: Record<AccountType, PublicKey> = {
      ProgramConfig: world.config,
      PaymentGateway: world.gateway,
      UserPayment: world.userPayment,
      PaymentPolicy: held.policy.address,
      Escrow: held.escrow,
    };
    for (const type of TYPES) {
      const account = await world.chain.getAccount(addresses[type]);
      expect(account?.data, type).to.have.length(documentedLayout(type).size);
      const rent = await world.chain.rentExempt(documentedLayout(type).size);
      expect(account?.lamports, type).to.equal(rent);
    }
  });
});
