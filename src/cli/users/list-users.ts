import type { UserView } from "../../accounts/user-view.js";
import type { AuthServer } from "../../create-auth.js";
import type { OutputFlags } from "../output-flags.js";
import { createTable } from "../terminal/create-table.js";
import { isoTime } from "../terminal/iso-time.js";
import { write } from "../terminal/print.js";
import { printable } from "../terminal/printable.js";
import { withAuth } from "../with-auth.js";
import { userJson } from "./user-json.js";

/** The flags of `user list`. */
export interface ListFlags extends OutputFlags {
  readonly limit?: number;
  readonly after?: string;
}

const PAGE = 500;

/** `latchkey user list`: prints page after page as it is read, and stops where nobody reads on. */
export async function listUsers(flags: ListFlags): Promise<void> {
  await withAuth(flags, async (auth) => {
    const printer = flags.json === true ? jsonPrinter() : tablePrinter();
    for await (const page of pagesOf(auth, flags)) {
      if (!(await write(printer.page(page)))) return;
    }
    await write(printer.end());
  });
}

async function* pagesOf(
  { users }: AuthServer,
  { limit = Number.POSITIVE_INFINITY, after }: ListFlags,
): AsyncGenerator<readonly UserView[]> {
  let left = limit;
  let last = after;
  while (left > 0) {
    const page = await users.list({ after: last, limit: Math.min(left, PAGE) });
    if (page.length === 0) return;
    yield page;
    left -= page.length;
    last = page.at(-1)?.id;
  }
}

interface Printer {
  page(users: readonly UserView[]): string;
  end(): string;
}

function tablePrinter(): Printer {
  let isEmpty = true;
  const page = createTable<UserView>([
    { title: "ID", cell: ({ id }) => id },
    { title: "USERNAME", cell: ({ username }) => username },
    { title: "EMAIL", cell: ({ email }) => email ?? "-" },
    { title: "ROLES", cell: ({ roles }) => roles.join(",") || "-" },
    { title: "CREATED", cell: ({ createdAt }) => isoTime(createdAt) },
    { title: "DISABLED", cell: ({ disabledAt }) => (disabledAt === null ? "-" : isoTime(disabledAt)) },
  ]);
  return {
    page(users) {
      isEmpty = false;
      return page(users);
    },
    end: () => (isEmpty ? "No users.\n" : ""),
  };
}

/** One array, written as it comes. */
function jsonPrinter(): Printer {
  let opening = "[\n";
  return {
    page(users) {
      const members = users.map((user) => printable(JSON.stringify(userJson(user)))).join(",\n");
      const text = `${opening}${members}`;
      opening = ",\n";
      return text;
    },
    end: () => (opening === "[\n" ? "[]\n" : "\n]\n"),
  };
}
