import { expect } from "chai";
import { toEscrowTerms } from "@milepost/sdk";
import type { Approver, Funding } from "../../src/screens/create/draft";
import {
  approverChoices,
  describeRelease,
  describeTerms,
} from "../../src/screens/create/release-words";

describe("the words for a release", () => {
  it("describes each of the 8 conditions, held and delegated, in its own sentence", () => {
    const approvers: Approver[] = ["owner", "gateway", "recipient", "none"];
    for (const funding of ["held", "delegated"] as Funding[]) {
      const sentences = approvers.flatMap((approver) =>
        [false, true].map((hasDueDate) => describeRelease({ approver, hasDueDate, funding })),
      );
      expect(new Set(sentences).size).to.equal(8);
      expect(approverChoices(funding).map(({ value }) => value)).to.have.members(approvers);
    }
  });

  it("says what silence does, by default after 7 days", () => {
    expect(describeTerms(toEscrowTerms(), "owner")).to.include(
      "If the payer stays silent for 7 days after a delivery, the recipient is paid.",
    );
  });

  it("does not speak of silence where no approval is needed", () => {
    expect(describeTerms(toEscrowTerms(), "none").join(" ")).to.not.include("silent");
  });

  it("names the platform fee only where there is one", () => {
    expect(describeTerms(toEscrowTerms(), "owner").join(" ")).to.not.include("platform");
    expect(describeTerms(toEscrowTerms({ platformFeeBps: 250 }), "owner").join(" ")).to.include(
      "The payer pays the platform 2.50% on top of each milestone.",
    );
  });
});
