/** The fields of this package in a real Chromium, by keyboard and by drop. */
import { createHash } from "node:crypto";
import path from "node:path";
import { expect } from "chai";
import { openPage, type OpenPage } from "../../../tests/harness/open-page";
import { bundleFile } from "./open-page";

describe("the fields in a page", function () {
  this.timeout(120_000);
  let opened: OpenPage;

  beforeEach(async () => {
    const script = await bundleFile(path.join(__dirname, "page/components-page.tsx"));
    opened = await openPage({ script });
    await opened.page.evaluate("open()");
    await opened.page.getByRole("slider").waitFor();
  });
  afterEach(() => opened.close());

  const part = (name: string) =>
    opened.page.locator(`[data-part="${name}"]`).getAttribute("data-base-units");

  it("divide by keyboard in steps of a percent, to both ends, without losing a base unit", async () => {
    const slider = opened.page.getByRole("slider", { name: "Recipient's share" });
    await slider.focus();
    await slider.press("ArrowRight");
    await opened.page.locator("#share", { hasText: "510000" }).waitFor();
    await slider.press("End");
    await opened.page.locator("#share", { hasText: "1000001" }).waitFor();
    expect(await part("refund")).to.equal("0");
    await slider.press("Home");
    await opened.page.locator("#share", { hasText: /^0$/ }).waitFor();
    expect(await part("refund")).to.equal("1025001");
    expect(await part("total")).to.equal("1025001");
  });

  it("take an exact amount by the Enter key, keep the focus, and refuse what does not fit", async () => {
    const exact = opened.page.getByRole("textbox", { name: /Exact amount/ });
    await exact.fill("0.333333");
    await exact.press("Enter");
    await opened.page.locator("#share", { hasText: "333333" }).waitFor();
    expect(await exact.evaluate((element) => element === document.activeElement)).to.equal(true);
    await exact.fill("2");
    await exact.press("Enter");
    await opened.page.getByText("Enter an amount from 0 to 1.000001 USDC").waitFor();
    expect(await exact.getAttribute("aria-invalid")).to.equal("true");
    expect(await opened.page.locator("#share").textContent()).to.equal("333333");
  });

  it("hash a chosen file and show it as text, however its name and content look", async () => {
    const name = "<img src=x onerror=alert(1)>.html";
    const content = Buffer.from("<script>document.title = 'run'</script>");
    const input = opened.page.getByLabel("Files", { exact: true });
    await input.setInputFiles({ name, mimeType: "text/html", buffer: content });
    const hash = createHash("sha256").update(content).digest("hex");
    await opened.page.locator(`[data-hash="${hash}"]`).waitFor();
    await opened.page.getByText(name).waitFor();
    expect(await opened.page.locator("main img, main iframe, main object").count()).to.equal(0);
    expect(await opened.page.title()).to.equal("");
    await opened.page.getByRole("button", { name: `Remove ${name}` }).press("Enter");
    await opened.page.locator(`[data-hash="${hash}"]`).waitFor({ state: "detached" });
    expect(opened.problems).to.deep.equal([]);
  });

  it("take dropped files, and say why they refuse one", async () => {
    const drop = (...sizes: number[]) =>
      opened.page.locator(".milepost-evidence").evaluate((element, given) => {
        const dataTransfer = new DataTransfer();
        given.forEach((size, index) => {
          const bytes = new Uint8Array(size).fill(index + 1);
          dataTransfer.items.add(new File([bytes], `photo-${index}.jpg`));
        });
        element.dispatchEvent(
          new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }),
        );
      }, sizes);
    await drop(10, 20, 30);
    await opened.page.getByText("At most 2 files are possible.").waitFor();
    await opened.page.locator(".milepost-evidence-file").nth(1).waitFor();
    expect(await opened.page.locator(".milepost-evidence-file").count()).to.equal(2);
    await opened.page.getByRole("button", { name: "Remove photo-0.jpg" }).click();
    await drop(1_001);
    await opened.page.getByText("photo-0.jpg has 1.0 kB; the limit is 1.0 kB.").waitFor();
    await drop(0);
    await opened.page.getByText("photo-0.jpg has no content.").waitFor();
  });

  it("show times in the user's zone and UTC, and copy the whole address", async () => {
    expect(await opened.page.locator("time").textContent()).to.match(/2027.*in 1 day$/);
    const copied = await opened.page.locator(".milepost-address-full").evaluate((element) => {
      getSelection()!.selectAllChildren(element);
      return getSelection()!.toString();
    });
    expect(copied).to.equal("Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9");
  });
});
