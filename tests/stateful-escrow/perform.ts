/** An action as instructions and signers, by the builders every escrow suite uses. */
import { createTransferInstruction } from "@solana/spl-token";
import type { PublicKey, TransactionInstruction } from "@solana/web3.js";
import type { SendResult } from "../harness";
import { type Accounts, hash, HeldPolicy, type Person, type World } from "../world";
import { key } from "../stateful/cast";
import { type Action, keeperOf, type MilestoneAction, type OnMilestone } from "./actions";
import { type Model, type Places, RENT_PAYER } from "./state";

export interface Order {
  instruction: TransactionInstruction;
  signers: Person[];
}

type Sent = Exclude<Action, { kind: "time" | "resend" }>;

/** Builds an order as the accounts are now; `model` only says where the policy's own accounts are and how it is funded. */
export class Performer {
  /** The last transaction's bytes. */
  private last: Uint8Array | null = null;

  constructor(private readonly world: World) {}

  /** Does it on the chain. Setting the clock sends nothing and answers null. */
  async perform(model: Model, action: Action): Promise<SendResult | null> {
    const { chain, people } = this.world;
    if (action.kind === "time") {
      await chain.setTime(action.to);
      return null;
    }
    if (action.kind === "resend") {
      if (!this.last) throw new Error("nothing was sent yet");
      return chain.sendRaw(this.last);
    }
    const { instruction, signers } = this.order(model, action);
    const transaction = chain.sign(
      [instruction],
      signers.map((person) => people[person]),
    );
    this.last = transaction.serialize();
    return chain.sendRaw(this.last);
  }

  private order(model: Model, action: Sent): Order {
    const { world } = this;
    switch (action.kind) {
      case "createPolicy": {
        const { amounts, timestamps, releaseCondition, places } = action;
        return {
          instruction: world.createMilestonePolicy(
            { amounts, timestamps, releaseCondition },
            key(places.policy),
            { payer: world.key(RENT_PAYER) },
          ),
          signers: [RENT_PAYER, "owner"],
        };
      }
      case "updateConfig":
        return { instruction: world.updateConfig(action), signers: ["upgradeAuthority"] };
      case "updateGateway":
        return {
          instruction: world.updateGateway({
            signer: world.key(action.signer),
            feeBps: action.feeBps,
          }),
          signers: ["gatewayAuthority"],
        };
      case "setKeeperReward":
        return {
          instruction: world.setKeeperReward(action.bps),
          signers: ["gatewayAuthority"],
        };
      default:
        return this.policyOrder(model, action);
    }
  }

  private policyOrder(
    model: Model,
    action: Exclude<
      Sent,
      { kind: "createPolicy" | "updateConfig" | "updateGateway" | "setKeeperReward" }
    >,
  ): Order {
    const { world } = this;
    const places = placesIn(model, action.policy);
    const held = heldPolicy(world, places);
    if (action.kind === "donate") {
      return {
        instruction: createTransferInstruction(
          world.tokens.stranger,
          held.vault,
          world.key("stranger"),
          action.amount,
        ),
        signers: ["stranger"],
      };
    }
    const owner = world.key(action.by);
    const payer = world.key(RENT_PAYER);
    switch (action.kind) {
      case "open":
        return {
          instruction: held.open(
            { ...action.terms, mediator: world.key(action.mediator) },
            { owner, payer },
          ),
          signers: [RENT_PAYER, action.by],
        };
      case "accept":
        return {
          instruction: held.accept(
            { recipient: owner },
            { ...action.terms, mediator: world.key(action.mediator) },
          ),
          signers: [action.by],
        };
      case "fund":
        return {
          instruction: held.fund(action.first, action.count, { owner }),
          signers: [action.by],
        };
      case "close":
        return { instruction: held.close({ owner, rent_payer: payer }), signers: [action.by] };
      case "delete":
        return {
          instruction: world.deletePolicy(held.policy.address, { owner, rent_payer: payer }),
          signers: [action.by],
        };
      case "pause":
        return {
          instruction: world.changeStatus(
            held.policy.address,
            action.isPaused ? "Paused" : "Active",
            { owner },
          ),
          signers: [action.by],
        };
      default:
        return this.milestoneOrder(model, held, action);
    }
  }

  private milestoneOrder(model: Model, held: HeldPolicy, action: MilestoneAction): Order {
    const { world } = this;
    const by = world.key(action.by);
    const signers = [action.by];
    const { index } = action;
    const astray = this.detour(held, action);
    const build = (): TransactionInstruction => {
      switch (action.kind) {
        case "submit":
          return held.submit(index, hash(action.evidence), { recipient: by, ...astray });
        case "approve":
          return held.approve(index, { owner: by, ...astray }, hash(action.evidence));
        case "dispute":
          return held.dispute(index, hash(action.reason), { owner: by, ...astray });
        case "withdraw":
          return held.withdrawDispute(index, { owner: by, ...astray });
        case "requestMediation":
          return held.requestMediation(index, { party: by, ...astray });
        case "resolve":
          return held.resolve(index, action.amount, { mediator: by, ...astray });
        case "expire":
          return held.expire(index, { executor: by, ...astray });
        case "settle": {
          const recipient = world.key(action.recipientBy);
          return held.settle(index, action.amount, { owner: by, recipient, ...astray });
        }
        case "reclaim":
          return held.reclaim(index, { owner: by, ...astray });
        case "reclaimAgreed": {
          const recipient = world.key(action.recipientBy);
          return held.reclaim(index, { owner: by, recipient, ...astray });
        }
        case "execute": {
          const isDelegated = model.policies.get(action.policy)?.kind === "delegated";
          const keeper = keeperOf(action);
          const accounts = {
            executor: by,
            keeper_token_account: keeper && world.tokens[keeper],
            ...astray,
          };
          return isDelegated
            ? world.executePayment(held.policy.address, index, {
                ...world.feeAccounts(),
                ...accounts,
              })
            : held.execute(index, accounts);
        }
      }
    };
    if ("recipientBy" in action) signers.push(action.recipientBy);
    return { instruction: build(), signers };
  }

  private detour(held: HeldPolicy, { detour }: OnMilestone): Accounts {
    const { tokens } = this.world;
    switch (detour?.what) {
      case "stranger's account for the recipient":
        return { recipient_token_account: tokens.stranger };
      case "stranger's account for the owner":
        return { owner_token_account: tokens.stranger };
      case "vault for the recipient":
        return { recipient_token_account: held.vault };
      case "vault for the owner":
        return { owner_token_account: held.vault };
      case "vault for the keeper":
        return { keeper_token_account: held.vault };
      case "another policy's escrow":
        return { escrow: key(detour.other.escrow) };
      // `execute_payment` has its vault in the place of the source.
      case "another policy's vault":
        return { vault: key(detour.other.vault), token_account: key(detour.other.vault) };
      case undefined:
        return {};
    }
  }
}

/** Of a live policy or of a deleted one. */
function placesIn(model: Model, policy: string): Places {
  const places =
    model.policies.get(policy)?.places ?? model.graveyard.find((dead) => dead.policy === policy);
  if (!places) throw new Error(`no policy ever was at ${policy}`);
  return places;
}

/** The builders ask only for the address. */
const heldPolicy = (world: World, { policy }: Places): HeldPolicy =>
  new HeldPolicy(world, {
    address: policyKey(policy),
    id: 0,
    schedule: { amounts: [], timestamps: [], releaseCondition: 0 },
  });

const policyKey = (policy: string): PublicKey => key(policy);
