// What changed since last time: all of it first, then nothing, then a change, then a person who is gone.
import { client, name, person, tell } from "./client.mjs";

async function follow(request) {
  const rows = [];
  let page = await request.get();
  for (; page["@odata.nextLink"]; page = await client.api(page["@odata.nextLink"]).get()) {
    rows.push(...page.value);
  }

  rows.push(...page.value);
  return { rows, link: page["@odata.deltaLink"] };
}

const user = await client.api("/users").post(person(name("js")));
const all = await follow(client.api("/users/delta").select("displayName,department"));
const quiet = await follow(client.api(all.link));
await client.api(`/users/${user.id}`).patch({ department: "Delta" });
const changed = await follow(client.api(quiet.link));
await client.api(`/users/${user.id}`).delete();
const gone = await follow(client.api(changed.link));
const mine = (rows) => rows.filter((row) => row.id === user.id);

tell({
  all: all.rows.length,
  first: mine(all.rows).length,
  quiet: mine(quiet.rows).length,
  department: mine(changed.rows).map((row) => row.department),
  removed: mine(gone.rows).map((row) => row["@removed"]?.reason),
});
