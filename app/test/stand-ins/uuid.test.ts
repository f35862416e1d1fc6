/** Ids of the requests to the node. */
import { expect } from "chai";
import { v4 } from "../../src/stand-ins/uuid";

describe("stand-in of uuid", () => {
  it("returns 32 hexadecimal digits that never repeat", () => {
    const ids = Array.from({ length: 1_000 }, v4);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).to.equal(true);
    expect(new Set(ids).size).to.equal(1_000);
  });
});
