import type { Client } from "latchkey/client";
import { AuthProvider, RequireAuth, type RequireAuthProps } from "latchkey/react";
import { describe, expect, it } from "vitest";
import { openInProcessBrowser } from "../client/in-process-browser.js";
import { auth, open, openSignedIn, render, shown, waitFor } from "./page.js";

const becomes = (text: string) => waitFor(() => expect(shown()).toBe(text));

function show(client: Client, properties: Omit<RequireAuthProps, "children"> = {}): void {
  render(
    <AuthProvider client={client}>
      <RequireAuth fallback="log in" loading="wait" {...properties}>
        the secret
      </RequireAuth>
    </AuthProvider>,
  );
}

describe("RequireAuth", () => {
  it.each<[string, readonly string[], readonly string[] | undefined, string]>([
    ["wants nothing but a log-in", [], undefined, "the secret"],
    ["has the only role", ["admin"], ["admin"], "the secret"],
    ["has one of the roles", ["editor"], ["admin", "editor"], "the secret"],
    ["has none of the roles", ["reader"], ["admin", "editor"], "log in"],
    ["has no role at all", [], ["admin"], "log in"],
    ["has a role that is spelt otherwise", ["Admin"], ["admin"], "log in"],
    ["has a role that begins like it", ["administrator"], ["admin"], "log in"],
    ["could never have a role of an empty list", ["admin"], [], "log in"],
  ])("is right about somebody who %s", async (_what, has, roles, expected) => {
    const { client } = await openSignedIn(has);
    show(client, roles === undefined ? {} : { roles });
    expect(shown()).toBe(expected);
  });

  it("shows its fallback to who is not logged in, and nothing without one", async () => {
    const client = open(openInProcessBrowser(auth));
    show(client);
    expect(shown()).toBe("wait");
    await becomes("log in");
    render(
      <AuthProvider client={client}>
        <RequireAuth>the secret</RequireAuth>
      </AuthProvider>,
    );
    expect(shown()).toBe("log in");
  });

  it("never shows its fallback to who comes back", async () => {
    const { browser, client } = await openSignedIn();
    client.close();
    const texts = new Set<string>();
    const observer = new MutationObserver(() => texts.add(shown()));
    observer.observe(document.body, { childList: true, subtree: true, characterData: true });
    show(open(openInProcessBrowser(auth, browser.jar)));
    await becomes("the secret");
    await waitFor(() => expect([...texts]).toEqual(["wait", "the secret"]));
    observer.disconnect();
  });

  it("waits while the server is away, with nothing to show where there is nothing", async () => {
    const { browser, client } = await openSignedIn();
    client.close();
    const reloaded = openInProcessBrowser(auth, browser.jar);
    reloaded.isOffline = true;
    const away = open(reloaded);
    show(away);
    await away.ready;
    await becomes("wait");
    render(
      <AuthProvider client={away}>
        <RequireAuth fallback="log in">the secret</RequireAuth>
      </AuthProvider>,
    );
    expect(shown()).toBe("wait");
    reloaded.isOffline = false;
    window.dispatchEvent(new window.Event("online"));
    await becomes("the secretthe secret");
  });

  it("hides what a role has shown when the role was taken away, and shows it when it is given back", async () => {
    const { client, id } = await openSignedIn(["admin", "editor"]);
    show(client, { roles: ["admin"] });
    expect(shown()).toBe("the secret");
    await auth.users.setRoles(id, ["editor"]);
    // The token of before is refused, and the next one has the roles of now.
    expect((await client.fetch("http://localhost:4000/me")).status).toBe(200);
    await becomes("log in");
    expect(client.user?.roles).toEqual(["editor"]);
    expect(client.state.status).toBe("signed-in");
  });
});
