/** Every account and every event is decoded as the SDK does. */
import {
  type AccountKind,
  decodeAccount,
  decodeEvents as decodeBySdk,
  IDL,
  PROGRAM_ID,
} from "@milepost/sdk";
import { type Address, type Decoder, type Encoder, lamports } from "@solana/kit";
import { PublicKey } from "@solana/web3.js";
import { expect } from "chai";
import * as client from "../../src";
import { definedValue, forAll, plain, SEED } from "../random-values";

const names = client as unknown as Record<string, unknown>;
const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
const encoderOf = (name: string) => (names[`get${pascal(name)}Encoder`] as () => Encoder<object>)();

const TO_RULES: Record<string, (account: never) => object> = {
  escrow: client.toRuleEscrow,
  paymentGateway: client.toRuleGateway,
  paymentPolicy: client.toRulePolicy,
  programConfig: client.toRuleConfig,
  userPayment: client.toRuleUserPayment,
};

describe(`accounts (seed ${SEED})`, () => {
  const address = PublicKey.unique();

  for (const { name } of IDL.accounts) {
    // A policy without milestones has no form in the SDK.
    const values = definedValue(name).filter(
      ({ sdk }) => !("uninitialized" in ((sdk as { policyType?: object }).policyType ?? {})),
    );

    it(`decodes ${name} as the SDK does, also in the form of the rules`, () => {
      forAll(values, ({ sdk, kit }) => {
        const data = encoderOf(name).encode(kit) as Uint8Array;
        const bySdk = decodeAccount(
          name as AccountKind,
          address,
          { data: Buffer.from(data), owner: PROGRAM_ID, executable: false, lamports: 1 },
          PROGRAM_ID,
        );
        expect(plain(bySdk)).to.equal(plain(sdk));
        const decode = names[`decode${pascal(name)}`] as (account: object) => { data: object };
        const decoded = decode({
          ...{ address: address.toBase58() as Address, data, exists: true, executable: false },
          ...{ lamports: lamports(1n), space: BigInt(data.length) },
          programAddress: client.MILESTONE_PROGRAM_ADDRESS,
        });
        expect(decoded.data).to.deep.include(kit);
        const ofRules = TO_RULES[name]!(decoded.data as never);
        expect(JSON.parse(plain(ofRules))).to.deep.equal(JSON.parse(plain(bySdk)));
      });
    });
  }

  it("refuses a policy without milestones", () => {
    const policy = { policyType: { __kind: "Uninitialized" } } as client.PaymentPolicy;
    expect(() => client.toRulePolicy(policy))
      .to.throw(client.InvalidInputError)
      .with.property("field", "policy.policyType");
  });
});

describe(`events (seed ${SEED})`, () => {
  const program = PROGRAM_ID.toBase58();
  const lines = (...datas: string[]) => [
    `Program ${program} invoke [1]`,
    ...datas.map((data) => `Program data: ${data}`),
    `Program ${program} success`,
  ];

  for (const { name, discriminator } of IDL.events) {
    it(`decodes ${name} as the SDK does`, () => {
      forAll(definedValue(name), ({ sdk, kit }) => {
        const encoded = encoderOf(`${name}Event`).encode(kit) as Uint8Array;
        const data = Buffer.concat([Buffer.from(discriminator), encoded]).toString("base64");
        const logs = lines("!!", "AAAA", data);
        const [bySdk] = decodeBySdk(logs).events;
        expect(plain(bySdk!.data)).to.equal(plain(sdk));
        const { events, isTruncated } = client.decodeEvents(logs);
        expect(isTruncated).to.equal(false);
        expect(events).to.have.length(1);
        expect(events[0]).to.include({ name: bySdk!.name, instructionIndex: 0 });
        expect(events[0]!.data).to.deep.equal(kit);
      });
    });

    it(`skips ${name} when its data is cut, and when another program wrote it`, () => {
      const data = Buffer.from(discriminator).toString("base64");
      expect(client.decodeEvents(lines(data)).events).to.deep.equal([]);
      const programAddress = PublicKey.unique().toBase58() as Address;
      expect(client.decodeEvents(lines(data), { programAddress }).events).to.deep.equal([]);
    });
  }

  it("says when the log is cut", () => {
    expect(client.decodeEvents([...lines(), "Log truncated"]).isTruncated).to.equal(true);
  });

  it("has a decoder for each event of the IDL, and no other", () => {
    expect(Object.keys(client.MILESTONE_EVENTS)).to.have.members(
      IDL.events.map(({ name }) => name),
    );
    for (const { decoder } of Object.values(client.MILESTONE_EVENTS)) {
      expect((decoder as () => Decoder<object>)()).to.have.property("decode");
    }
  });
});
