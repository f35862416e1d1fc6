import { payFirstMilestone, settingOf } from "@milepost-examples/pay";

const status = document.querySelector("[role=status]");
const shown = document.querySelector("pre");

document.querySelector("button").addEventListener("click", async () => {
  status.textContent = "paying";
  try {
    const policy = await payFirstMilestone(settingOf(window.location.search));
    shown.textContent = JSON.stringify(policy, null, 2);
    status.textContent = "paid";
  } catch (error) {
    shown.textContent = String(error);
    status.textContent = "failed";
  }
});
