import { readObject } from "../express-json.mjs";
import { faultOfTexts } from "./users.mjs";

/** Sign up and log in. The course moved them from `/users/signup` to `/signup`; both are here. */
export function addAccountRoutes(api, { jwt, models: { users, tokens } }) {
  api.post(["/users/signup", "/signup"], ...readObject, async (request, response) => {
    const { username, email, password } = request.body;
    const fault = users.faultOf({ username, email, password });
    if (fault !== undefined) return response.status(400).json({ error: fault });
    const id = await users.add({ username, email, password });
    if (id === undefined) return response.status(400).json({ error: "username or email already used" });
    response.json({ msg: "welcome :-)" });
  });

  api.post(["/users/login", "/login"], ...readObject, async (request, response) => {
    const { username, password } = request.body;
    const fault = faultOfTexts({ username, password });
    if (fault !== undefined) return response.status(400).json({ error: fault });
    const user = await users.findByPassword(username, password);
    if (user === undefined) return response.status(401).json({ error: "username or password incorrect" });
    const token = await jwt.createAccessToken(String(user.id));
    tokens.add(await jwt.decodeToken(token), user.id);
    response.set("Cache-Control", "no-store").json({ token });
  });
}
