import { expect } from "chai";
import type { Ready } from "../../src/work/batch";
import { itemsToSign } from "../../src/work/may-sign";

const items = ["a", "b", "c"].map((policy) => ({ member: { policy } }) as Ready);

interface Facts {
  isStopping?: boolean;
  /** Labels of policies with bytes that may still land. */
  open?: string;
  /** Labels of policies whose leases are held. */
  held?: string;
}

async function allowed({ isStopping = false, open = "", held = "abc" }: Facts): Promise<string> {
  const found = await itemsToSign(
    {
      isStopping: () => isStopping,
      mayStillLand: (policy) => open.includes(policy),
      stillHeld: async (asked) => asked.filter(({ member }) => held.includes(member.policy)),
    },
    items,
  );
  return found.map(({ member }) => member.policy).join("");
}

describe("work: when a new signature is allowed", () => {
  it("allows one for each policy whose lease is held and whose attempts have ended", async () => {
    expect(await allowed({})).to.equal("abc");
  });

  it("allows none for a policy whose earlier bytes may still land", async () => {
    expect(await allowed({ open: "b" })).to.equal("ac");
  });

  it("allows none for a policy whose lease is lost", async () => {
    expect(await allowed({ held: "ab" })).to.equal("ab");
  });

  it("allows none once the worker stops", async () => {
    expect(await allowed({ isStopping: true })).to.equal("");
  });

  it("requires all conditions of each policy", async () => {
    expect(await allowed({ open: "a", held: "ab" })).to.equal("b");
  });
});
