/** The model's SPL Token: balances, delegates and allowances. */
import type { ActionOf } from "./actions";
import { addressOf } from "./cast";
import {
  delegateOf,
  type Model,
  type Outcome,
  TOKEN_ACCOUNT_FROZEN,
  type TokenState,
} from "./state";

/** Moves tokens between two accounts; by the delegate when `isDelegated`, whom it uses up. */
export function move(from: TokenState, to: TokenState, amount: bigint, isDelegated: boolean): void {
  from.amount -= amount;
  to.amount += amount;
  if (!isDelegated) return;
  from.allowance -= amount;
  // SPL Token forgets a delegate whose allowance is spent.
  if (from.allowance === 0n) from.delegate = null;
}

export function approve(model: Model, action: ActionOf<"approve">): Outcome {
  const token = model.token(action.owner);
  if (token.isFrozen) return TOKEN_ACCOUNT_FROZEN;
  token.delegate =
    action.delegate === "program" ? delegateOf(action.owner) : addressOf(action.delegate);
  token.allowance = action.amount;
  model.strayAllowance.add(action.owner);
  return null;
}

export function revoke(model: Model, { owner }: ActionOf<"revoke">): Outcome {
  const token = model.token(owner);
  if (token.isFrozen) return TOKEN_ACCOUNT_FROZEN;
  token.delegate = null;
  token.allowance = 0n;
  model.strayAllowance.add(owner);
  return null;
}

export function transfer(model: Model, { from, to, amount }: ActionOf<"transfer">): Outcome {
  const [source, destination] = [model.token(from), model.token(to)];
  if (source.isFrozen || destination.isFrozen) return TOKEN_ACCOUNT_FROZEN;
  move(source, destination, amount, false);
  return null;
}

export function mintTo(model: Model, { holder, amount }: ActionOf<"mintTo">): Outcome {
  const token = model.token(holder);
  if (token.isFrozen) return TOKEN_ACCOUNT_FROZEN;
  token.amount += amount;
  model.supply += amount;
  return null;
}

export function setFrozen(model: Model, action: ActionOf<"setFrozen">): Outcome {
  model.token(action.holder).isFrozen = action.isFrozen;
  return null;
}
