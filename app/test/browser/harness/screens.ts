/** Every screen of the page, in one state of the sandbox: a project under review, and one that waits for the mediator. */
import type { Page } from "playwright-core";
import { type GatewaySandbox, sign, type WalletName, waitForCard } from "./gateway-sandbox";

/** A screen as one person sees it. */
export interface Screen {
  name: string;
  page: Page;
  path: string;
  /** Resolves when the screen shows its data. */
  isReady(page: Page): Promise<void>;
}

/** The people at the page, each signed in with a wallet of their own. */
export type People = Readonly<Record<WalletName, Page>>;

/** The prepared state. */
export interface Screens {
  people: People;
  screens: Screen[];
  /** Project whose first milestone waits for the homeowner. */
  reviewed: string;
  /** Project whose first milestone waits for the mediator. */
  disputed: string;
}

/** Texts that the people write, such as attempts to inject markup, and the projects that they write them in. */
export interface Texts {
  createProject(): Promise<string>;
  memo: string;
  note: string;
  dispute: string;
  file: { name: string; mimeType: string; buffer: Buffer };
}

const PLAIN: Omit<Texts, "createProject"> = {
  memo: "Garden",
  note: "All fittings are out, and the water is off.",
  dispute: "The old pipes are still in the wall.",
  file: { name: "report.txt", mimeType: "text/plain", buffer: Buffer.from("Done on Monday.\n") },
};

/** Opens the people's pages and brings two projects into the states that the screens show. */
export async function prepareScreens(
  sandbox: GatewaySandbox,
  texts: Texts = { ...PLAIN, createProject: () => sandbox.createProject() },
): Promise<Screens> {
  const people = await openPeople(sandbox);
  const reviewed = await texts.createProject();
  await deliver(sandbox, people, reviewed, texts);
  const disputed = await texts.createProject();
  await deliver(sandbox, people, disputed, texts);
  await dispute(people, texts.dispute);
  await promise(sandbox, people.Client, texts.memo);
  const { policies } = await sandbox.get<{ policies: { policy: string }[] }>(
    `/v1/projects/${reviewed}`,
  );
  const paths = {
    checkout: await createCheckout(sandbox),
    disputed: `/mediator?case=${disputed}`,
    policy: `/p/${policies[0]!.policy}`,
    waiting: `/p/${disputed}`,
    reviewed: `/p/${reviewed}`,
  };
  return { people, reviewed, disputed, screens: list(people, paths) };
}

async function openPeople(sandbox: GatewaySandbox): Promise<People> {
  const open = async (wallet: WalletName) => {
    const page = await sandbox.openAs(wallet, "/mediator");
    page.setDefaultTimeout(60_000);
    return page;
  };
  return {
    Client: await open("Client"),
    Freelancer: await open("Freelancer"),
    Mediator: await open("Mediator"),
    Operator: await open("Operator"),
  };
}

async function deliver(sandbox: GatewaySandbox, people: People, id: string, texts: Texts) {
  const { Client: home, Freelancer: contractor } = people;
  await home.goto(`${sandbox.url}/p/${id}`);
  await contractor.goto(`${sandbox.url}/p/${id}`);
  await sign(home, "Pay 307.50 USDC into escrow");
  await contractor.getByRole("button", { name: "Read and accept the terms" }).click();
  await sign(contractor, "Accept the terms");
  await contractor.getByRole("button", { name: "Deliver with evidence" }).click();
  await contractor.getByLabel("What you did").fill(texts.note);
  await contractor.locator("input[type=file]").setInputFiles(texts.file);
  await contractor.getByRole("button", { name: /^Leave out / }).waitFor();
  await sign(contractor, "Deliver");
  await waitForCard(home, "look");
}

async function dispute({ Client: home, Freelancer: contractor }: People, text: string) {
  await home.getByRole("button", { name: "Dispute the delivery" }).click();
  await home.getByLabel("Details").fill(text);
  await sign(home, "Send the dispute");
  await waitForCard(contractor, "answer_dispute");
  await sign(contractor, "Ask for mediation now");
  await waitForCard(contractor, "wait_mediator");
}

/** Creates a delegated payment, which has a coverage. */
async function promise(sandbox: GatewaySandbox, home: Page, memo: string) {
  await home.goto(`${sandbox.url}/create`);
  await home.getByRole("radio", { name: /^Delegated/ }).check();
  await home.getByRole("checkbox", { name: /^Not before its due date/ }).check();
  await home.getByLabel("Description of milestone 1").fill(memo);
  await home.getByLabel("Amount in USDC").fill("25");
  await home.getByLabel("Due date", { exact: true }).fill("2100-01-01T12:00");
  await home.getByRole("button", { name: "Use the sandbox's freelancer" }).click();
  await home.getByRole("button", { name: "Review costs and terms" }).click();
  await home.getByRole("button", { name: "Create", exact: true }).click();
  await home.getByRole("dialog").locator(".milepost-review-confirm").click();
  await home.waitForURL(/\/p\//);
}

/** Creates spec 000's payment in three milestones and returns the path of its checkout. */
async function createCheckout({ url }: GatewaySandbox): Promise<string> {
  const answer = await fetch(`${url}/sandbox/demo-intents`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: "{}",
  });
  const { paymentUrl } = (await answer.json()) as { paymentUrl: string };
  const { pathname, hash } = new URL(paymentUrl);
  return pathname + hash;
}

const heading =
  (name: string | RegExp) =>
  (page: Page): Promise<void> =>
    page.getByRole("heading", { name }).first().waitFor();

type Paths = Readonly<Record<"checkout" | "disputed" | "policy" | "reviewed" | "waiting", string>>;

function list({ Client, Freelancer, Mediator, Operator }: People, paths: Paths): Screen[] {
  const screen = (name: string, page: Page, path: string, isReady: Screen["isReady"]): Screen => ({
    name,
    page,
    path,
    isReady,
  });
  return [
    screen("home", Client, "/", heading(/Silence pays/)),
    screen("create", Client, "/create", heading("Create a payment")),
    screen("my-milestones", Client, "/milestones", (page) =>
      page.getByRole("region", { name: /^Coverage/ }).waitFor(),
    ),
    screen("checkout", Client, paths.checkout, (page) =>
      page.getByRole("checkbox", { name: /I agree to this text/ }).waitFor(),
    ),
    screen("policy", Client, paths.policy, (page) =>
      page.getByRole("link", { name: "Open the project" }).waitFor(),
    ),
    screen("project", Client, paths.reviewed, (page) => waitForCard(page, "look")),
    screen("project-freelancer", Freelancer, paths.waiting, (page) =>
      waitForCard(page, "wait_mediator"),
    ),
    screen("mediator", Mediator, paths.disputed, (page) => waitForCard(page, "decide")),
    screen("operator", Operator, "/operator", (page) =>
      page.getByText("No release is stuck").waitFor(),
    ),
    screen("settings", Client, "/settings", heading("Settings")),
    screen("not-found", Client, "/nowhere", heading(/./)),
  ];
}

/** Opens a screen and waits until it shows its data. */
export async function show(sandbox: { url: string }, screen: Screen): Promise<Page> {
  await screen.page.goto(`${sandbox.url}${screen.path}`);
  await screen.isReady(screen.page);
  const { page } = screen;
  await page.waitForFunction(() => document.querySelector("main .spinner") === null);
  return page;
}
