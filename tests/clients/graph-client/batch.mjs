// Batches as this client builds them: steps in a row, each waiting for the one before; and steps that all wait for one, which fails.
import { BatchRequestContent, BatchResponseContent } from "@microsoft/microsoft-graph-client";
import { client, graph, name, person, tell } from "./client.mjs";

async function send(steps) {
  const content = await new BatchRequestContent(steps).getContent();
  return new BatchResponseContent(await client.api("/$batch").post(content));
}

// The client takes whole URLs on Node.js, cuts the host off and leaves the version to the batch.
const statuses = (answers) => Object.fromEntries([...answers.getResponses()].map(([id, answer]) => [id, answer.status]));
const read = (path) => new Request(`${graph}${path}`, { method: "GET" });
const write = (method, path, body) => new Request(`${graph}${path}`, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

const user = person(name("js"));
const row = await send([
  { id: "create", request: write("POST", "/users", user) },
  { id: "change", dependsOn: ["create"], request: write("PATCH", `/users/${user.userPrincipalName}`, { department: "Legal" }) },
  { id: "read", dependsOn: ["change"], request: read(`/users/${user.userPrincipalName}?$select=department`) },
]);
const stranded = await send([
  { id: "nobody", request: read("/users/nobody@contoso.example") },
  { id: "after", dependsOn: ["nobody"], request: read("/organization") },
  { id: "also", dependsOn: ["nobody"], request: read("/subscribedSkus") },
]);

tell({ row: statuses(row), department: (await row.getResponseById("read").json()).department, stranded: statuses(stranded) });
