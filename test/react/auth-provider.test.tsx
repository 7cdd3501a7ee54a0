import { AuthProvider, RequireAuth, useAuth, useAuthFetch } from "latchkey/react";
import { Component, type ReactElement, type ReactNode, StrictMode, version } from "react";
import { describe, expect, it, vi } from "vitest";
import { openInProcessBrowser } from "../client/in-process-browser.js";
import { auth, open, openSignedIn, render, shown, waitFor } from "./page.js";

function Who(): ReactElement {
  const { status, user } = useAuth();
  return <p>{`${status} ${user?.username ?? "nobody"};`}</p>;
}

class Boundary extends Component<{ readonly children: ReactNode }> {
  override state: { readonly message?: string } = {};
  static getDerivedStateFromError({ message }: Error): { readonly message: string } {
    return { message };
  }
  override render(): ReactNode {
    return this.state.message ?? this.props.children;
  }
}

describe(`AuthProvider, with React ${version}`, () => {
  it.each<[string, () => ReactElement]>([
    ["useAuth", Who],
    ["useAuth", () => <RequireAuth>the secret</RequireAuth>],
    ["useAuthFetch", () => <p>{String(useAuthFetch())}</p>],
  ])("is missed by %s, which says what to do", (name, Below) => {
    shown(
      <Boundary>
        <Below />
      </Boundary>,
    );
    expect(shown()).toBe(`${name} needs an <AuthProvider client={…}> above it.`);
    // React tells of what a boundary has caught.
    vi.mocked(console.error).mockClear();
  });

  it("stands for those below it, where there are two", async () => {
    const one = await openSignedIn();
    const two = await openSignedIn();
    shown(
      <AuthProvider client={one.client}>
        <Who />
        <AuthProvider client={two.client}>
          <Who />
        </AuthProvider>
        <Who />
      </AuthProvider>,
    );
    const [first, second] = [one.username, two.username].map((username) => `signed-in ${username};`);
    expect(shown()).toBe(`${first}${second}${first}`);
  });

  it("follows another client that it is given", async () => {
    const one = await openSignedIn();
    const two = await openSignedIn();
    const { rerender } = render(
      <AuthProvider client={one.client}>
        <Who />
      </AuthProvider>,
    );
    rerender(
      <AuthProvider client={two.client}>
        <Who />
      </AuthProvider>,
    );
    expect(shown()).toBe(`signed-in ${two.username};`);
    two.client.close();
    await one.client.logOut();
    expect(shown()).toBe(`signed-in ${two.username};`);
  });

  it("asks nothing twice in Strict Mode", async () => {
    const { browser, client, username } = await openSignedIn();
    client.close();
    const reloaded = openInProcessBrowser(auth, browser.jar);
    render(
      <StrictMode>
        <AuthProvider client={open(reloaded)}>
          <Who />
        </AuthProvider>
      </StrictMode>,
    );
    await waitFor(() => expect(shown()).toBe(`signed-in ${username};`));
    expect(reloaded.lines).toEqual(["POST /token/refresh 200"]);
  });
});
