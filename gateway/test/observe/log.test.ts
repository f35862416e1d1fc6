/** What a line of the log hides. */
import { expect } from "chai";
import { hideSecrets } from "../../src/observe/log";

const SECRET = "q7Jb0Yz-3_kVwX1mN8pR5tLsD2fGhA4cE6uIoP9yQxZ";

describe("the log", () => {
  it("hides client secrets, in a link's fragment and in a query", () => {
    const secret = `intent_01jdx3abc_secret_${SECRET}`;
    for (const line of [
      `{"url":"https://pay.example.com/pay/intent_01jdx3abc#${secret}"}`,
      `{"url":"/actions/intents/intent_01jdx3abc?client_secret=${secret}"}`,
    ]) {
      const shown = hideSecrets(line);
      expect(shown).not.to.include(SECRET);
      expect(shown).to.include("intent_01jdx3abc_secret_[redacted]");
    }
  });

  it("hides the cookie of a wallet session", () => {
    const shown = hideSecrets(`{"cookie":"a=b; milepost_session=${SECRET}; c=d"}`);
    expect(shown).to.equal('{"cookie":"a=b; milepost_session=[redacted]; c=d"}');
  });
});
