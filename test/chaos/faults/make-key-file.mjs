// Makes a key file at the path of its argument.
import { makeMasterKeyIn } from "../../../dist/keys/master-key.js";

makeMasterKeyIn(process.argv[2]);
