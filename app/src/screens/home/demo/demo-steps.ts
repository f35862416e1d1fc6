/** Which buttons the demonstration shows: what each role can do now, and how far the clock can jump. */
import { decideNextActions, type NextAction, type ReleaseSnapshot } from "@milepost/sdk";
import type { PublicKey } from "@solana/web3.js";
import { formatPeriod } from "../../../format/period";

/** Role of the story, in the sandbox's names. */
export type DemoRole = "payer" | "payee" | "mediator";

/** Name of each role in the story. */
export const DEMO_NAMES: Readonly<Record<DemoRole, string>> = {
  payer: "Ada, the client",
  payee: "Brook, the freelancer",
  mediator: "Carol, the mediator",
};

/** Step that one role can take. */
export interface DemoStep {
  role: DemoRole;
  instruction: NextAction["instruction"];
  label: string;
  /** Sentence for the log once it is done. */
  done: string;
  isDangerous: boolean;
}

type Words = readonly [label: string, done: string, isDangerous?: boolean];

const WORDS: Readonly<Record<DemoRole, Partial<Record<NextAction["instruction"], Words>>>> = {
  payer: {
    approveMilestone: ["Approve the delivery", "Ada approved. Brook was paid at once."],
    withdrawDispute: ["Withdraw the dispute", "Ada withdrew the dispute. The review goes on."],
    disputeMilestone: [
      "Dispute the delivery",
      "Ada disputed the delivery. The money is frozen.",
      true,
    ],
  },
  payee: {
    submitMilestone: ["Deliver the work", "Brook delivered. Ada's review has started."],
    requestMediation: ["Ask for mediation", "Brook asked for mediation. Carol may decide now."],
    executePayment: ["Collect after the silence", "Nobody objected. The payment went to Brook."],
    expireMediation: [
      "Pay the split set in the terms",
      "Carol did not decide. The split set in the terms was paid.",
    ],
  },
  mediator: {
    resolveDispute: ["Decide: 60% to Brook", "Carol decided: 60% to Brook, 40% back to Ada."],
  },
};

/** Returns what each role can do now, the safe steps first. */
export function demoSteps(
  snapshot: ReleaseSnapshot,
  addresses: Readonly<Record<DemoRole, PublicKey>>,
): DemoStep[] {
  return (["payer", "payee", "mediator"] as const).flatMap((role) => {
    const { possible, state } = decideNextActions(snapshot, addresses[role]);
    const steps = Object.entries(WORDS[role]).flatMap(([name, [label, done, isDangerous]]) => {
      const instruction = name as NextAction["instruction"];
      const isPossible = possible.some((action) => action.instruction === instruction);
      // Paying before a delivery is possible, and not part of the story.
      const isUnseen = instruction === "approveMilestone" && state !== "submitted";
      if (!isPossible || isUnseen) return [];
      return [{ role, instruction, label, done, isDangerous: isDangerous ?? false }];
    });
    return steps;
  });
}

/** A jump of the clock to the next thing that happens by itself. */
export interface DemoJump {
  seconds: number;
  label: string;
  done: string;
}

const CHANGES: Readonly<Record<string, string>> = {
  due: "the milestone is due",
  deliveryOverdue: "the delivery is overdue",
  disputeWindowCloses: "it is too late for a dispute",
  silentApproval: "silence counts as approval",
  mediationStarts: "mediation starts automatically",
  mediationExpires: "the mediator's time is over",
};

/** Returns the jumps from now to each coming change, the nearest first. */
export function demoJumps(snapshot: ReleaseSnapshot, now: number): DemoJump[] {
  const { byItself } = decideNextActions(snapshot, snapshot.policy.recipient);
  return byItself.flatMap(({ change, at }) => {
    const seconds = at.toNumber() - now;
    const what = CHANGES[change] ?? change;
    if (seconds <= 0) return [];
    const label = `Jump ${roughly(seconds)}: ${what}`;
    return [{ seconds, label, done: `${roughly(seconds)} passed: ${what}.` }];
  });
}

/** Writes a time to the hour, because seconds pass while the reader reads. */
function roughly(seconds: number): string {
  return formatPeriod(seconds < 3_600 ? seconds : Math.round(seconds / 3_600) * 3_600);
}
