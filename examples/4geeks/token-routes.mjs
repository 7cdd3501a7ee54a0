import { requireToken } from "latchkey/express";
import { readObject } from "../express-json.mjs";
import { isText } from "../open-database.mjs";

/** The two routes of the lesson: a token for a name and a password, and a route that wants one. What stands in `suffix` ends their paths. */
export function addTokenRoutes(app, { jwt, users, suffix = "" }) {
  app.post(`/token${suffix}`, ...readObject, async (request, response) => {
    const { username = "", password = "" } = request.body;
    if (!isText(username) || !isText(password))
      return response.status(400).json({ msg: "username and password must be texts" });
    const user = await users.findByPassword(username, password);
    if (user === undefined) return response.status(401).json({ msg: "Bad username or password" });
    // The identity of a token is a text.
    const token = await jwt.createAccessToken(String(user.id));
    response.set("Cache-Control", "no-store").json({ token, user_id: user.id });
  });

  app.get(`/protected${suffix}`, requireToken(jwt), (request, response) => {
    const { id, username } = jwt.authOf(request).user;
    response.json({ id, username });
  });
}
