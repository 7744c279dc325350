// Advanced queries: they want the header, and say so when it is not there.
import { client, name, person, refusal, tell } from "./client.mjs";

const word = name("needle").replaceAll("-", "");
const user = await client.api("/users").post(person(name("js"), { displayName: `Searched ${word}` }));
const found = await client.api("/users").header("ConsistencyLevel", "eventual").search(`"displayName:${word}"`).count(true).select("displayName").get();
const ends = await client.api("/users").header("ConsistencyLevel", "eventual").filter(`endsWith(userPrincipalName,'${user.userPrincipalName.slice(3)}')`).count(true).get();
const without = await refusal(() => client.api("/users").search(`"displayName:${word}"`).get());
// Plain text, and this client leaves it so.
const counted = await client.api("/users/$count").header("ConsistencyLevel", "eventual").get();

tell({ found: found.value.map((user) => user.displayName), count: found["@odata.count"], word, ends: ends.value.length, without, counted: Number(counted) });
