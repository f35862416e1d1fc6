/** Drafts: a reload loses nothing and sends nothing twice. */
import { expect } from "chai";
import {
  changeDraft,
  type DraftStorage,
  dropDraft,
  keepDraft,
  readDraft,
} from "../../src/screens/project/rules/drafts";

const PLACE = { projectId: "project_1", milestoneId: "milestone_1", action: "dispute" };

function memory(): DraftStorage {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

const blocked: DraftStorage = {
  getItem: () => {
    throw new Error("blocked");
  },
  setItem: () => {
    throw new Error("full");
  },
  removeItem: () => {
    throw new Error("blocked");
  },
};

let next = 0;
const newKey = () => `key_${++next}`;

describe("drafts of a project", () => {
  it("gives back after a reload what was kept, with the same key", () => {
    const storage = memory();
    const file = { id: "file_1", name: "a.png", sha256: "ab", size: 3, mediaType: "image/png" };
    const draft = { fields: { text: "The sink leaks." }, files: [file], key: "key" };
    keepDraft(storage, PLACE, draft);
    expect(readDraft(storage, PLACE, newKey)).to.deep.equal(draft);
  });

  it("keeps the drafts of projects, milestones and actions apart", () => {
    const storage = memory();
    keepDraft(storage, PLACE, { fields: { text: "one" }, files: [], key: "key" });
    for (const change of [
      { projectId: "project_2" },
      { milestoneId: null },
      { action: "submit" },
    ]) {
      expect(readDraft(storage, { ...PLACE, ...change }, newKey).fields).to.deep.equal({});
    }
  });

  it("has a new key once the contents change, so that another text is another write", () => {
    const draft = { fields: { text: "one" }, files: [], key: "key" };
    const changed = changeDraft(draft, { fields: { text: "two" } }, newKey);
    expect(changed.fields).to.deep.equal({ text: "two" });
    expect(changed.key).to.not.equal("key");
  });

  it("forgets a draft that was sent", () => {
    const storage = memory();
    keepDraft(storage, PLACE, { fields: { text: "one" }, files: [], key: "key" });
    dropDraft(storage, PLACE);
    expect(readDraft(storage, PLACE, newKey).fields).to.deep.equal({});
  });

  it("works without a storage", () => {
    keepDraft(blocked, PLACE, { fields: {}, files: [], key: "key" });
    dropDraft(blocked, PLACE);
    expect(readDraft(blocked, PLACE, newKey).files).to.deep.equal([]);
  });

  for (const text of [
    "nonsense",
    "null",
    "[]",
    '{"key":1}',
    '{"key":"a","fields":{"x":1},"files":[]}',
    '{"key":"a","fields":{},"files":[{}]}',
  ]) {
    it(`counts ${text} as empty`, () => {
      const storage = memory();
      storage.setItem("milepost:draft:project_1:milestone_1:dispute", text);
      const { fields, files } = readDraft(storage, PLACE, newKey);
      expect({ fields, files }).to.deep.equal({ fields: {}, files: [] });
    });
  }
});
