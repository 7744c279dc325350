// A group that decides itself, and the beta function that says why.
import { client, name, person, refusal, securityGroup, tell } from "./client.mjs";

const department = name("dept");
const rule = `(user.department -eq "${department}") -and (user.accountEnabled -eq true)`;
const inside = await client.api("/users").post(person(name("js"), { department }));
const outside = await client.api("/users").post(person(name("js")));
const group = await client.api("/groups").post(securityGroup(name("js"), {
  groupTypes: ["DynamicMembership"], membershipRule: rule, membershipRuleProcessingState: "On",
}));
const members = async () => (await client.api(`/groups/${group.id}/members`).select("id").get()).value.map((member) => member.id);
const before = await members();
await client.api(`/users/${outside.id}`).patch({ department });
const after = await members();

const evaluate = (path, body) => client.api(path).version("beta").post(body);
const own = await evaluate(`/groups/${group.id}/evaluateDynamicMembership`, { memberId: inside.id });
const given = await evaluate("/groups/evaluateDynamicMembership", { memberId: inside.id, membershipRule: 'user.department -eq "Nowhere"' });
const byHand = await refusal(() => client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${inside.id}` }));
const malformed = await refusal(() => client.api(`/groups/${group.id}`).patch({ membershipRule: "user.department -equals 1" }));

tell({ inside: inside.id, outside: outside.id, before, after, rule, own, given, byHand, malformed });
