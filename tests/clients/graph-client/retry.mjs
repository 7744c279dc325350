// A read that the server refuses at first: the client waits as it is told and asks again, and the program never hears of it.
import { client, tell } from "./client.mjs";

const organization = (await client.api("/organization").get()).value[0];
tell({ displayName: organization.displayName });
