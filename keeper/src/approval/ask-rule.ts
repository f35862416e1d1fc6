/** Asks the release rule about one milestone. */
import { PublicKey } from "@solana/web3.js";
import type { Member } from "../store/attempts";
import type { Approval, ReleaseRule } from "./release-rule";

/** Returns the rule's answer; `later` when it rejects. */
export async function askRule(rule: ReleaseRule, member: Member): Promise<Approval> {
  try {
    return await rule.approve(new PublicKey(member.policy), member.milestoneIndex);
  } catch {
    return "later";
  }
}
