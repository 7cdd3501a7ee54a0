import { describeGuard } from "./guard-contract.js";
import {
  expressFive,
  expressFour,
  fastifyApplication,
  fetchApplication,
  honoApplication,
  nodeApplication,
  serveGuard,
} from "./guard-hosts.js";

describeGuard("node:http", serveGuard(nodeApplication));
describeGuard("Express", serveGuard(expressFive));
describeGuard("Express 4", serveGuard(expressFour));
describeGuard("Fastify", serveGuard(fastifyApplication));
describeGuard(
  "Hono",
  serveGuard(() => honoApplication(false)),
);
describeGuard(
  "Hono behind a reader of bodies",
  serveGuard(() => honoApplication(true)),
);
describeGuard("a fetch handler", serveGuard(fetchApplication));
