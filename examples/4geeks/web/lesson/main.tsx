import { type ReactElement, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { AppProvider, useApp } from "./app-context.js";
import { LogIn } from "./log-in.js";
import { Private } from "./private.js";

function App(): ReactElement {
  const { store } = useApp();
  return store.token === null ? <LogIn /> : <Private />;
}

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <AppProvider>
      <App />
    </AppProvider>
  </StrictMode>,
);
