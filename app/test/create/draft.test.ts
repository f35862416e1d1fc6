import { expect } from "chai";
import { RELEASE_CONDITIONS } from "@milepost/sdk";
import {
  type Approver,
  conditionOf,
  emptyDraft,
  forgetDraft,
  loadDraft,
  saveDraft,
} from "../../src/screens/create/draft";

function memoryStorage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe("the draft of a payment", () => {
  it("survives a reload, and is gone once it is forgotten", () => {
    const storage = memoryStorage();
    const draft = { ...emptyDraft(), recipient: "abc" };
    saveDraft(storage, draft);
    expect(loadDraft(storage, emptyDraft())).to.deep.equal(draft);
    forgetDraft(storage);
    expect(loadDraft(storage, emptyDraft())).to.deep.equal(emptyDraft());
  });

  for (const [name, text] of [
    ["broken JSON", "{"],
    ["another version's shape", JSON.stringify({ ...emptyDraft(), terms: {} })],
    ["no milestone", JSON.stringify({ ...emptyDraft(), milestones: [] })],
    ["a milestone without texts", JSON.stringify({ ...emptyDraft(), milestones: [{ id: 1 }] })],
    ["a bare null", "null"],
  ] as const) {
    it(`starts anew when the storage has ${name}`, () => {
      const storage = memoryStorage();
      storage.setItem("milepost:create-draft", text);
      expect(loadDraft(storage, emptyDraft())).to.deep.equal(emptyDraft());
    });
  }

  it("works in a browser that forbids storage", () => {
    const fail = () => {
      throw new Error("denied");
    };
    saveDraft({ setItem: fail }, emptyDraft());
    forgetDraft({ removeItem: fail });
    expect(loadDraft({ getItem: fail }, emptyDraft())).to.deep.equal(emptyDraft());
  });

  it("reaches every release condition of the program, and no other", () => {
    const approvers: Approver[] = ["none", "gateway", "owner", "recipient"];
    const reached = approvers.flatMap((approver) =>
      [false, true].map((hasDueDate) => conditionOf({ approver, hasDueDate })),
    );
    expect(reached.sort((a, b) => a - b)).to.deep.equal([...RELEASE_CONDITIONS]);
  });
});
