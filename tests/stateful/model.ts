/**
 * What the program should do, as plain state and bigint arithmetic. `perform` answers with the name of the error an
 * action must fail with, or with null and the state changed.
 */
import type { Action } from "./actions";
import { changeStatus, createPolicy, deletePolicy, syncDelegation } from "./model-policy";
import { execute } from "./model-release";
import {
  acceptAuthority,
  closeGateway,
  closeUserPayment,
  createGateway,
  createUserPayment,
  initializeConfig,
  setKeeperReward,
  updateConfig,
  updateGateway,
} from "./model-setup";
import { approve, mintTo, revoke, setFrozen, transfer } from "./model-tokens";
import type { Model, Outcome } from "./state";

export function perform(model: Model, action: Action): Outcome {
  switch (action.kind) {
    case "initializeConfig":
      return initializeConfig(model, action);
    case "updateConfig":
      return updateConfig(model, action);
    case "acceptAuthority":
      return acceptAuthority(model, action);
    case "createGateway":
      return createGateway(model, action);
    case "updateGateway":
      return updateGateway(model, action);
    case "setKeeperReward":
      return setKeeperReward(model, action);
    case "closeGateway":
      return closeGateway(model, action);
    case "createUserPayment":
      return createUserPayment(model, action);
    case "closeUserPayment":
      return closeUserPayment(model, action);
    case "createPolicy":
      return createPolicy(model, action);
    case "execute":
      return execute(model, action);
    case "changeStatus":
      return changeStatus(model, action);
    case "deletePolicy":
      return deletePolicy(model, action);
    case "syncDelegation":
      return syncDelegation(model, action);
    case "approve":
      return approve(model, action);
    case "revoke":
      return revoke(model, action);
    case "transfer":
      return transfer(model, action);
    case "mintTo":
      return mintTo(model, action);
    case "setFrozen":
      return setFrozen(model, action);
    case "setTime":
      model.time = action.time;
      return null;
    case "warpSlots":
      model.slot += action.by;
      return null;
  }
}
