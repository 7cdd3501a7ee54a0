import { AuthProvider, useAuthFetch } from "latchkey/react";
import { type ReactElement, useEffect, useState } from "react";
import { describe, expect, it } from "vitest";
import { advance, auth, openSignedIn, render, screen, shown, waitFor } from "./page.js";

function Name(): ReactElement {
  const authFetch = useAuthFetch();
  const [name, setName] = useState("…");
  useEffect(() => {
    void authFetch("http://localhost:4000/me")
      .then((response) => response.json())
      .then(({ username }) => setName(username));
  }, [authFetch]);
  return <p>{name}</p>;
}

describe("useAuthFetch", () => {
  it("sends the token, and an effect with it runs once", async () => {
    const { browser, client, username } = await openSignedIn();
    const element = (
      <AuthProvider client={client}>
        <Name />
      </AuthProvider>
    );
    const { rerender } = render(element);
    await screen.findByText(username);
    rerender(
      <AuthProvider client={client}>
        <Name />
      </AuthProvider>,
    );
    await client.fetch("http://localhost:4000/me");
    expect(browser.lines).toEqual(["GET /me 200", "GET /me 200"]);
  });

  it("gets a new token where the server refuses the one that it had, without anybody noticing", async () => {
    const { browser, client, username } = await openSignedIn();
    advance(3600);
    render(
      <AuthProvider client={client}>
        <Name />
      </AuthProvider>,
    );
    await screen.findByText(username);
    expect(browser.lines).toEqual(["GET /me 401", "POST /token/refresh 200", "GET /me 200"]);
  });

  it("of many components gets one new token", async () => {
    const { browser, client, username } = await openSignedIn();
    advance(3600);
    render(
      <AuthProvider client={client}>
        {Array.from({ length: 10 }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike, and stay where they are.
          <Name key={index} />
        ))}
      </AuthProvider>,
    );
    await waitFor(() => expect(shown()).toBe(username.repeat(10)));
    expect(browser.count("POST /token/refresh")).toBe(1);
  });

  it("works on after its client was closed", async () => {
    const { client, id } = await openSignedIn();
    client.close();
    advance(3600);
    expect((await client.fetch("http://localhost:4000/me")).status).toBe(200);
    await client.logOut();
    expect(await auth.sessions.list(id)).toEqual([]);
  });
});
