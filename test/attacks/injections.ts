const OPENINGS = ["", "ada", "1", "nobody"];
const CLOSINGS = ["'", '"', "`", "')", "'))", '")', "\\'", "%27", "\u2019", "';", '";'];
const SQL = [
  " or 1=1",
  " or 'a'='a",
  " union select * from users",
  " union select id, username, password_hash from users",
  "; drop table users",
  "; delete from sessions",
  "; update users set roles = '[\"admin\"]'",
  "; attach database '/tmp/x' as x",
  " and randomblob(900000000)",
  " and 1=(select count(*) from sessions)",
  " order by 99",
  " limit 0,1",
];
const COMMENTS = ["", "--", "/*"];

/** Texts that end a string of SQL and go on with a statement of their own. */
const OF_SQL = CLOSINGS.flatMap((closing, at) =>
  SQL.map((statement, other) => {
    const opening = OPENINGS[(at + other) % OPENINGS.length] ?? "";
    return `${opening}${closing}${statement}${COMMENTS[(at + other) % COMMENTS.length] ?? ""}`;
  }),
);

/** Texts that mean something to a query, a template, a shell, a path or a header, and nothing to who only keeps them. */
const OF_OTHERS: readonly string[] = [
  ...[
    "ada'--",
    "admin'/*",
    "'||(select password_hash from users)||'",
    "1;select 1",
    "0x27 or 1=1",
    "char(39)",
    "'='",
    "'-'",
    "''",
  ],
  ...[
    "%",
    "_d_",
    "ada%",
    "a__",
    "ada*",
    "a?a",
    "^ada$",
    ".*",
    "(a+)+$",
    "[a-z]",
    "\\",
    "ada\\",
    "\\\\",
    "\\x27",
    "%00",
    "ada%00x",
  ],
  ...[
    "latchkey_now()",
    "@ada",
    ":ada",
    "?1 or 1",
    "$1",
    "null",
    "NULL",
    "true",
    "undefined",
    "NaN",
    "-1",
    "1e308",
    "0x0",
  ],
  ...[
    "$where: 1",
    "{$ne: null}",
    '{"$gt":""}',
    "[object Object]",
    "this.password == 'x'",
    "';return true;//",
    "$regex",
    "a[$ne]=1",
  ],
  ...[
    "*)(uid=*))(|(uid=*",
    "admin)(&)",
    "' or count(/child::node())=1 or ''='",
    "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
  ],
  ...[
    "{{7*7}}",
    "\u0024{7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{%raw%}",
    "@(7*7)",
    "\u0024{jndi:ldap://127.0.0.1/x}",
    "=cmd|'/c calc'!A1",
  ],
  ...[
    "; id",
    "| id",
    "&& id",
    "`id`",
    "$(id)",
    "\nid",
    "() { :; }; id",
    "-oProxyCommand=id",
    "--help",
    "%n%s%x",
    "!!python/object",
  ],
  ...[
    "../../../etc/passwd",
    "..\\..\\windows",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\Windows",
    "....//....//",
    "/dev/null",
    "..%2f..%2f",
  ],
  ...[
    "ada\r\nSet-Cookie: a=b",
    "ada\nX: y",
    "ada\u2028x",
    "\u001b[31mada",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
  ],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "__defineGetter__", "then", "valueOf"],
];

/** Hundreds of texts that must be nothing but texts. */
export const INJECTIONS: readonly string[] = [...new Set([...OF_SQL, ...OF_OTHERS])];
