import { isAuthError } from "latchkey/client";
import { AuthProvider, useAuth } from "latchkey/react";
import { type FormEvent, type ReactElement, useState } from "react";
import { describe, expect, it } from "vitest";
import { openInProcessBrowser } from "../client/in-process-browser.js";
import { auth, fireEvent, open, openSignedIn, PASSWORD, render, screen, shown, waitFor } from "./page.js";

/** A form as an application has it: it tells the code, and what is wrong at its field. */
function LogIn(): ReactElement {
  const { status, user, logIn, signUp, logOut } = useAuth();
  const [error, setError] = useState<{ code?: string; field?: string }>({});
  const send = async (event: FormEvent<HTMLFormElement>, act: typeof logIn) => {
    event.preventDefault();
    const form = new window.FormData(event.currentTarget);
    setError({});
    try {
      await act({ username: String(form.get("username")), password: String(form.get("password")) });
    } catch (thrown) {
      if (!isAuthError(thrown)) throw thrown;
      setError({ code: thrown.code, field: thrown.fields?.map(({ field }) => field).join() ?? "" });
    }
  };
  return (
    <>
      <p data-testid="who">{`${status} ${user?.username ?? "nobody"}`}</p>
      <p data-testid="error">{`${error.code ?? "fine"} ${error.field ?? ""}`}</p>
      {(["log in", "sign up"] as const).map((name) => (
        <form key={name} aria-label={name} onSubmit={(event) => void send(event, name === "log in" ? logIn : signUp)}>
          <input name="username" aria-label={`${name}: username`} />
          <input name="password" aria-label={`${name}: password`} />
        </form>
      ))}
      <button type="button" onClick={() => void logOut()}>
        log out
      </button>
    </>
  );
}

const who = () => screen.getByTestId("who").textContent;
const error = () => screen.getByTestId("error").textContent?.trim();
const becomes = (text: string) => waitFor(() => expect(who()).toBe(text));

function fillIn(form: "log in" | "sign up", username: string, password: string): void {
  fireEvent.change(screen.getByLabelText(`${form}: username`), { target: { value: username } });
  fireEvent.change(screen.getByLabelText(`${form}: password`), { target: { value: password } });
  fireEvent.submit(screen.getByRole("form", { name: form }));
}

describe("useAuth", () => {
  it("follows somebody who signs up, logs out, gets the password wrong and logs in", async () => {
    const browser = openInProcessBrowser(auth);
    render(
      <AuthProvider client={open(browser)}>
        <LogIn />
      </AuthProvider>,
    );
    expect(who()).toBe("loading nobody");
    await becomes("signed-out nobody");

    fillIn("sign up", "grace", PASSWORD);
    await becomes("signed-in grace");
    fireEvent.click(screen.getByText("log out"));
    await becomes("signed-out nobody");
    expect(browser.jar.size).toBe(0);

    fillIn("log in", "grace", "not the password");
    await waitFor(() => expect(error()).toBe("invalid_credentials"));
    expect(who()).toBe("signed-out nobody");

    fillIn("log in", "grace", PASSWORD);
    await becomes("signed-in grace");
    expect(error()).toBe("fine");
  });

  it.each([
    ["a password that is too short", "henry", "short", "password_too_short password"],
    ["a password that everybody has", "henry", "password1", "password_too_common password"],
    ["a name that is too short", "ab", PASSWORD, "invalid_request username"],
    ["no name", "", PASSWORD, "invalid_request username"],
  ])("hands a form the code and the field of %s", async (_what, username, password, told) => {
    render(
      <AuthProvider client={open(openInProcessBrowser(auth))}>
        <LogIn />
      </AuthProvider>,
    );
    await becomes("signed-out nobody");
    fillIn("sign up", username, password);
    await waitFor(() => expect(error()).toBe(told));
    expect(who()).toBe("signed-out nobody");
  });

  it("hands a form the code of a name that is taken", async () => {
    const { username } = await openSignedIn();
    render(
      <AuthProvider client={open(openInProcessBrowser(auth))}>
        <LogIn />
      </AuthProvider>,
    );
    fillIn("sign up", username, PASSWORD);
    await waitFor(() => expect(error()).toMatch(/^username_taken/));
  });

  it("is still logged in after a reload", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const reloaded = openInProcessBrowser(auth, browser.jar);
    render(
      <AuthProvider client={open(reloaded)}>
        <LogIn />
      </AuthProvider>,
    );
    expect(who()).toBe("loading nobody");
    await becomes(`signed-in ${username}`);
    expect(reloaded.lines).toEqual(["POST /token/refresh 200"]);
  });

  it("logs out where the session was ended elsewhere, at the next request", async () => {
    const { client, id, username } = await openSignedIn();
    render(
      <AuthProvider client={client}>
        <LogIn />
      </AuthProvider>,
    );
    expect(who()).toBe(`signed-in ${username}`);
    await auth.sessions.endAll(id);
    expect((await client.fetch("http://localhost:4000/me")).status).toBe(401);
    await becomes("signed-out nobody");
  });

  it("does not know who is there while the server is away, and finds out when it is back", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const reloaded = openInProcessBrowser(auth, browser.jar);
    reloaded.isOffline = true;
    render(
      <AuthProvider client={open(reloaded)}>
        <LogIn />
      </AuthProvider>,
    );
    await becomes("offline nobody");
    reloaded.isOffline = false;
    window.dispatchEvent(new window.Event("online"));
    await becomes(`signed-in ${username}`);
  });

  it("has the claims of the token, with those that the server adds", async () => {
    const { client, id } = await openSignedIn(["editor"]);
    function Claims(): ReactElement {
      const { claims } = useAuth<{ readonly plan?: string }>();
      return <p>{`${claims?.sub} ${claims?.roles.join()} ${claims?.plan ?? "no plan"}`}</p>;
    }
    expect(
      shown(
        <AuthProvider client={client}>
          <Claims />
        </AuthProvider>,
      ),
    ).toBe(`${id} editor no plan`);
  });

  it("renders again only when something has changed", async () => {
    const { client, username } = await openSignedIn();
    const rendered: string[] = [];
    const seen = new Set<unknown>();
    function Who(): ReactElement {
      const given = useAuth();
      seen.add(given);
      rendered.push(`${given.status} ${given.user?.username}`);
      return <p>{given.status}</p>;
    }
    const element = (
      <AuthProvider client={client}>
        <Who />
      </AuthProvider>
    );
    const { rerender } = render(element);
    for (let i = 0; i < 3; i += 1) await client.fetch("http://localhost:4000/me");
    await client.logIn({ username: "nobody at all", password: PASSWORD }).catch(() => {});
    expect(rendered).toEqual([`signed-in ${username}`]);
    rerender(element);
    rerender(
      <AuthProvider client={client}>
        <Who />
      </AuthProvider>,
    );
    // What it answers is the same object as long as nothing has changed.
    expect(seen.size).toBe(1);
    await client.logOut();
    await waitFor(() => expect(rendered.at(-1)).toBe("signed-out undefined"));
    expect(seen.size).toBe(2);
  });

  it("leaves the client alone when its component goes while nothing is known yet", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const reloaded = open(openInProcessBrowser(auth, browser.jar));
    const { unmount } = render(
      <AuthProvider client={reloaded}>
        <LogIn />
      </AuthProvider>,
    );
    unmount();
    expect((await reloaded.ready).user?.username).toBe(username);
    expect(document.body.textContent).toBe("");
  });
});
