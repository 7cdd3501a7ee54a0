// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactElement } from "react";
import { afterEach, describe, expect, it } from "vitest";
import { BusyButton } from "../../console/src/parts/button.js";
import { Field, PasswordField } from "../../console/src/parts/field.js";
import { NewPasswordField } from "../../console/src/parts/new-password-field.js";
import { SurroundingsProvider } from "../../console/src/surroundings.js";
import { findLanguage } from "../../console/src/texts/texts.js";

afterEach(cleanup);

const surroundings = {
  ...findLanguage(["en"]),
  settings: { name: "Harbour", logo: false, origins: [] },
  server: "http://localhost:4000",
  takeEnding: () => undefined,
};

function show(element: ReactElement): void {
  render(<SurroundingsProvider value={surroundings}>{element}</SurroundingsProvider>);
}

/** What describes a field to those who cannot see the page. */
function descriptionOf(field: HTMLElement): string | null | undefined {
  const id = field.getAttribute("aria-describedby");
  return id === null ? null : document.getElementById(id)?.textContent;
}

describe("a field", () => {
  it("has its label, and nothing to complain of", () => {
    show(<Field name="username" label="Username" autoComplete="username" />);
    const field = screen.getByLabelText("Username");
    expect(field.getAttribute("autocomplete")).toBe("username");
    expect(field.getAttribute("aria-invalid")).toBe(null);
    expect(descriptionOf(field)).toBe(null);
  });

  it("is described by what is wrong with it", () => {
    show(<Field name="username" label="Username" wrong="<b>Taken.</b>" />);
    const field = screen.getByLabelText("Username");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(descriptionOf(field)).toBe("<b>Taken.</b>");
  });

  it("for a password shows it, and hides it again", () => {
    show(<PasswordField name="password" label="Password" autoComplete="current-password" />);
    const field = screen.getByLabelText("Password");
    const eye = screen.getByRole("button", { name: "Show password (Password)" });
    for (const [type, pressed] of [
      ["password", "false"],
      ["text", "true"],
      ["password", "false"],
    ]) {
      expect([field.getAttribute("type"), eye.getAttribute("aria-pressed")]).toEqual([type, pressed]);
      fireEvent.click(eye);
    }
  });

  it("for a new password is described by advice, or by what the server said", () => {
    const owner = { username: "ada", email: "" };
    const field = (typed: string, wrong?: string) => (
      <NewPasswordField name="password" label="Password" typed={typed} owner={owner} wrong={wrong} />
    );
    show(field("seven"));
    expect(descriptionOf(screen.getByLabelText("Password"))).toBe("Too short: 3 more characters are needed.");
    cleanup();
    show(field("seven wild", "Very many people use it."));
    expect(descriptionOf(screen.getByLabelText("Password"))).toBe("Very many people use it.");
  });
});

describe("a button", () => {
  it("that is busy says so, keeps the focus and does nothing", () => {
    let clicks = 0;
    const button = (busy: boolean) => (
      <BusyButton busy={busy} doing="Saving…" onClick={() => (clicks += 1)}>
        Save
      </BusyButton>
    );
    const { rerender } = render(button(false));
    const element = screen.getByRole("button");
    element.focus();
    fireEvent.click(element);
    rerender(button(true));
    fireEvent.click(element);
    expect(clicks).toBe(1);
    expect(element.getAttribute("aria-busy")).toBe("true");
    expect(document.activeElement).toBe(element);
    expect(screen.getByRole("status").textContent).toBe("Saving…");
  });
});
