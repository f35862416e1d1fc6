/** Who leaves a transaction that failed, and who goes on. */
import { classify, FEE_PAYER_SHORT } from "../send/classify";
import { isOfTheWhole, split } from "../send/split";
import type { Verdict } from "../types";
import { waivedReward, waiveRewards } from "./claim";
import { type Failure, groupOf, type Load } from "./prepare";
import type { Ready, Shipping } from "./ship";

export interface Judgement {
  verdict: Verdict;
  /** Leave with the verdict. */
  out: readonly Ready[];
  /** Whether those that leave were tried, each by itself or as the one that failed. */
  wasTried: boolean;
  /** Go on, in another transaction. */
  rest: readonly Ready[];
  /** The failure is no member's: the rest goes on in two halves. */
  isHalved: boolean;
}

/** Decides by the failure of the whole: in a simulation or on chain. */
export function judge(
  shipping: Pick<Shipping, "settings">,
  load: Load,
  failure: Failure,
): Judgement {
  const { settings } = shipping;
  const { items } = load;
  const group = groupOf(shipping, load);
  const verdict = classify(failure.error, {
    programId: settings.context.programId,
    instructionPrograms: group.instructions.map(({ programId }) => programId),
  });
  const { isShared, ...parts } = split(items, group, failure.err, failure.error);
  if (!isShared) {
    const { blamed, rest, waived } = waiveRewards(settings, verdict.reason, parts);
    for (const item of waived) {
      settings.events.unclaimed?.(waivedReward(settings, item, verdict.reason));
    }
    return { verdict, out: blamed, wasTried: true, rest, isHalved: false };
  }
  if (/LookupTable/.test(verdict.reason)) settings.tables?.forget();
  // Of an error that nobody knows, fewer members at least tell whose it is.
  const isSplit = isOfTheWhole(verdict.reason) || verdict.kind === "unknown";
  if (items.length > 1 && isSplit) {
    return { verdict, out: [], wasTried: false, rest: items, isHalved: true };
  }
  // Who costs hundreds of times a fee leaves first: the others may still be paid.
  const creating =
    verdict.reason === FEE_PAYER_SHORT
      ? items.filter(({ execution }) => execution.setup.length > 0)
      : [];
  const out = creating.length > 0 ? creating : items;
  const rest = items.filter((item) => !out.includes(item));
  return { verdict, out, wasTried: false, rest, isHalved: false };
}
