import { useState } from "react";
import { payFirstMilestone, settingOf } from "@milepost-examples/pay";

export function Payment() {
  const [state, setState] = useState({ name: "ready" });
  const pay = async () => {
    setState({ name: "paying" });
    try {
      setState({
        name: "paid",
        policy: await payFirstMilestone(settingOf(window.location.search)),
      });
    } catch (error) {
      setState({ name: "failed", message: String(error) });
    }
  };
  return (
    <>
      <h1>Two milestones</h1>
      <button onClick={pay} disabled={state.name === "paying"}>
        Plan both and pay the first
      </button>
      <p role="status">{state.name}</p>
      <pre>{state.policy ? JSON.stringify(state.policy, null, 2) : state.message}</pre>
    </>
  );
}
