/** The list of my milestones with 1,000 generated policies, for its frame times. */
import { createMemoBuffer } from "@milepost/sdk";
import { createRoot } from "react-dom/client";
import { PolicyBrowser } from "../../../src/screens/my-milestones/policy-browser";
import { byDeadline, type MyRole, rowOf } from "../../../src/screens/my-milestones/rows";
import {
  addressOf,
  escrowWith,
  heldPolicyWith,
  mint,
  NOW,
  owner,
  policyWith,
} from "../../policies";
import "../../../src/styles/tokens.css";
import "../../../src/styles/base.css";
import "../../../src/styles/components.css";
import "../../../src/styles/milepost.css";
import "../../../src/screens/my-milestones/my-milestones.css";

const WORK = ["Kitchen", "Bathroom", "Logo", "Website", "Translation", "Garden", "Roof"];
const ROLES: readonly MyRole[] = ["payer", "payee", "mediator"];

function generatedRow(index: number) {
  const memo = createMemoBuffer(`${WORK[index % WORK.length]} ${index}`);
  const milestone = {
    amounts: [1_000_000 * (index + 1), 2_500_000],
    dueAts: [NOW + index * 3_600, NOW + index * 7_200],
    currentMilestone: index % 9 === 0 ? 2 : 0,
  };
  const isHeld = index % 2 === 0;
  return rowOf(
    {
      address: addressOf(10_000 + index).toBase58(),
      policy: isHeld ? heldPolicyWith(milestone, { memo }) : policyWith(milestone, { memo }),
      escrow: isHeld ? escrowWith({ state: { funded: {} } }) : null,
      userPayment: { owner: owner.toBase58(), mint: mint.toBase58() },
      roles: [ROLES[index % ROLES.length]!],
    },
    NOW,
    () => "USDC",
  );
}

const rows = Array.from({ length: 1_000 }, (_unused, index) => generatedRow(index)).sort(
  byDeadline,
);

createRoot(document.getElementById("root")!).render(
  <PolicyBrowser
    rows={rows}
    decimals={new Map([[mint.toBase58(), 6]])}
    symbols={{ [mint.toBase58()]: "USDC" }}
    now={NOW}
  />,
);
