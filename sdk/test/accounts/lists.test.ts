import { expect } from "chai";
import { PublicKey } from "@solana/web3.js";
import { getPaymentPolicyPda, getUserPaymentPda } from "../../src/pdas";
import {
  fakeWorld,
  gateway,
  mint,
  NOW,
  owner,
  policy,
  stranger,
  userPaymentPda,
} from "../fixtures";

describe("lists", () => {
  it("given policies, then by owner, recipient, gateway and due date", async () => {
    const { sdk, put } = await fakeWorld();
    const second = getPaymentPolicyPda(userPaymentPda, 8)[0];
    const third = getPaymentPolicyPda(userPaymentPda, 9)[0];
    const fourth = getPaymentPolicyPda(userPaymentPda, 10)[0];
    await put(
      "paymentPolicy",
      second,
      policy({ currentMilestone: 1 }, { policyId: 8, recipient: stranger.publicKey }),
    );
    await put("paymentPolicy", third, policy({ releaseCondition: 4 }, { policyId: 9 }));
    await put("paymentPolicy", fourth, policy({}, { policyId: 10, status: { paused: {} } }));
    const ids = (list: { account: { policyId: number } }[]) =>
      list.map(({ account }) => account.policyId).sort((a, b) => a - b);
    expect(ids(await sdk.listPoliciesByOwner(owner.publicKey))).to.deep.equal([7, 8, 9, 10]);
    expect(ids(await sdk.listPoliciesByRecipient(stranger.publicKey))).to.deep.equal([8]);
    expect(ids(await sdk.listPoliciesByGateway(gateway))).to.deep.equal([7, 8, 9, 10]);
    expect(ids(await sdk.listPoliciesByGateway(stranger.publicKey))).to.deep.equal([]);
    expect(
      (await sdk.listUserPaymentsByOwner(owner.publicKey)).map(({ address }) => address.toBase58()),
    ).to.deep.equal([getUserPaymentPda(owner.publicKey, mint)[0].toBase58()]);
    // By the chain's clock only the first is due; the second's current milestone is due 100 seconds later.
    expect(ids(await sdk.listDuePolicies())).to.deep.equal([7]);
    expect(ids(await sdk.listDuePolicies({ before: NOW - 1 }))).to.deep.equal([]);
    expect(ids(await sdk.listDuePolicies({ before: NOW + 99 }))).to.deep.equal([7]);
    expect(ids(await sdk.listDuePolicies({ before: NOW + 100 }))).to.deep.equal([7, 8]);
    expect(
      ids(await sdk.listDuePolicies({ before: NOW + 100, recipient: stranger.publicKey })),
    ).to.deep.equal([8]);
    expect(ids(await sdk.listDuePolicies({ includeUndated: true }))).to.deep.equal([7, 9]);
    expect(
      ids(await sdk.listDuePolicies({ includeUndated: true, releaseCondition: 4 })),
    ).to.deep.equal([9]);
    expect(ids(await sdk.listDuePolicies({ gateway: stranger.publicKey }))).to.deep.equal([]);
  });

  it("given every mixture of criteria, then the node gets at most its four filters, and none is forgotten", async () => {
    const { sdk, put } = await fakeWorld();
    const [others, theirs] = [stranger.publicKey, PublicKey.unique()];
    const kinds = [0, 1].flatMap((recipient) =>
      [0, 1].flatMap((gate) =>
        [1, 3].map((releaseCondition) => ({ recipient, gate, releaseCondition })),
      ),
    );
    for (const [index, { recipient, gate, releaseCondition }] of kinds.entries()) {
      const policyId = 20 + index;
      await put(
        "paymentPolicy",
        getPaymentPolicyPda(userPaymentPda, policyId)[0],
        policy(
          { releaseCondition },
          { policyId, recipient: recipient ? others : theirs, gateway: gate ? others : gateway },
        ),
      );
    }
    for (const recipient of [undefined, others]) {
      for (const gate of [undefined, others]) {
        for (const releaseCondition of [undefined, 3]) {
          const expected = kinds.flatMap((kind, index) =>
            (!recipient || kind.recipient) &&
            (!gate || kind.gate) &&
            (!releaseCondition || kind.releaseCondition === releaseCondition)
              ? [20 + index]
              : [],
          );
          const found = await sdk.listDuePolicies({ recipient, gateway: gate, releaseCondition });
          const ids = found.map(({ account }) => account.policyId).filter((id) => id >= 20);
          expect(ids.sort((a, b) => a - b)).to.deep.equal(expected);
        }
      }
    }
  });
});
