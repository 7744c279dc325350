// Everybody, page by page, with the client's own iterator, which follows nextLink as it came.
import { PageIterator } from "@microsoft/microsoft-graph-client";
import { client, tell } from "./client.mjs";

const first = await client.api("/users").header("ConsistencyLevel", "eventual").count(true).top(40).select("id,userPrincipalName").get();
const [counted, firstPage] = [first["@odata.count"], first.value.length];
const ids = new Set();
let seen = 0;
const iterator = new PageIterator(client, first, (user) => {
  seen++;
  ids.add(user.id);
  return true;
});
await iterator.iterate();

tell({ counted, firstPage, seen, different: ids.size, complete: iterator.isComplete() });
