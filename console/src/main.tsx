import "./main.css";
import { createClient, type SignedOutReason } from "latchkey/client";
import { AuthProvider } from "latchkey/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.js";
import { findTruePlace, MOVED, serverOf } from "./place.js";
import { readSettings, type Settings } from "./settings.js";
import { SurroundingsProvider } from "./surroundings.js";
import { findLanguage } from "./texts/texts.js";

function show(settings: Settings): void {
  const root = document.getElementById("root");
  if (root === null) throw new TypeError("The page has no #root.");
  const server = serverOf(location.href);
  let ending: SignedOutReason | undefined;
  const client = createClient({
    url: server,
    onSignedOut: (reason) => {
      ending = reason;
    },
  });
  const takeEnding = () => {
    const reason = ending;
    ending = undefined;
    return reason;
  };
  const surroundings = { ...findLanguage(navigator.languages), settings, server, takeEnding };
  createRoot(root).render(
    <StrictMode>
      <AuthProvider client={client}>
        <SurroundingsProvider value={surroundings}>
          <App />
        </SurroundingsProvider>
      </AuthProvider>
    </StrictMode>,
  );
}

const settings = readSettings(document.getElementById("latchkey")?.textContent, location.origin);
const truePlace = findTruePlace(new URL(location.href), settings.url);
if (location.hash === MOVED) history.replaceState(null, "", location.href.slice(0, -MOVED.length));
if (truePlace === undefined) show(settings);
else location.replace(truePlace);
