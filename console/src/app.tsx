import { type ReactElement, useEffect, useRef } from "react";
import { type Standing, useStanding } from "./navigation.js";
import { AccountPage } from "./pages/account-page.js";
import { LogInPage } from "./pages/log-in-page.js";
import { SignUpPage } from "./pages/sign-up-page.js";
import { useSurroundings } from "./surroundings.js";

const PAGES = { login: LogInPage, signup: SignUpPage, account: AccountPage } as const;

/** The pages. */
export function App(): ReactElement {
  const standing = useStanding();
  usePageTitle(standing);
  const main = useFocusOnChange(standing);
  const Page = PAGES[standing.page];
  return (
    <main ref={main} className="px-4 pt-8 pb-12 min-[25rem]:px-6 sm:pt-[clamp(2rem,9vh,6rem)]">
      <Page />
    </main>
  );
}

function usePageTitle({ page }: Standing): void {
  const { texts, settings, locale } = useSurroundings();
  useEffect(() => {
    const titles = { login: texts.logIn, signup: texts.signUp, account: texts.account };
    document.title = texts.title(titles[page], settings.name);
    document.documentElement.lang = locale;
  }, [page, texts, settings, locale]);
}

/** Leads whoever cannot see it to the heading of the page that has come. */
function useFocusOnChange({ page }: Standing): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const last = useRef(page);
  useEffect(() => {
    if (last.current === page) return;
    last.current = page;
    window.scrollTo(0, 0);
    main.current?.querySelector("h1")?.focus();
  }, [page]);
  return main;
}
