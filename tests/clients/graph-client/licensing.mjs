// A license for a person, and one for a group whose member has it then.
import { client, name, person, refusal, securityGroup, tell } from "./client.mjs";

const skus = (await client.api("/subscribedSkus").get()).value;
const sku = skus.find((one) => one.skuPartNumber === "CPC_E_4C_16GB_512GB");
const user = await client.api("/users").post(person(name("js")));
const [direct, group] = [`/users/${user.id}`, await client.api("/groups").post(securityGroup(name("js")))];

const assigned = await client.api(`${direct}/assignLicense`).post({ addLicenses: [{ disabledPlans: [], skuId: sku.skuId }], removeLicenses: [] });
const details = (await client.api(`${direct}/licenseDetails`).get()).value;
const unknown = await refusal(() => client.api(`${direct}/assignLicense`).post({ addLicenses: [{ disabledPlans: [], skuId: user.id }], removeLicenses: [] }));
const incomplete = await refusal(() => client.api(`${direct}/assignLicense`).post({ addLicenses: [] }));
await client.api(`${direct}/assignLicense`).post({ addLicenses: [], removeLicenses: [sku.skuId] });
const without = (await client.api(`${direct}/licenseDetails`).get()).value;

await client.api(`/groups/${group.id}/members/$ref`).post({ "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${user.id}` });
await client.api(`/groups/${group.id}/assignLicense`).post({ addLicenses: [{ disabledPlans: [], skuId: sku.skuId }], removeLicenses: [] });
const inherited = await client.api(direct).select("licenseAssignmentStates,assignedLicenses").get();
const processed = await client.api(`/groups/${group.id}`).select(["licenseProcessingState", "assignedLicenses"]).get();
const kept = await refusal(() => client.api(`${direct}/assignLicense`).post({ addLicenses: [], removeLicenses: [sku.skuId] }));
await client.api(`/groups/${group.id}/members/${user.id}/$ref`).delete();
const left = await client.api(direct).select("assignedLicenses").get();

tell({
  skuId: sku.skuId,
  user: user.id,
  group: group.id,
  assigned: assigned.assignedLicenses.map((one) => one.skuId),
  details: details.map((one) => one.skuPartNumber),
  unknown,
  incomplete,
  without: without.length,
  states: inherited.licenseAssignmentStates.map((one) => ({ by: one.assignedByGroup, state: one.state, error: one.error })),
  processing: processed.licenseProcessingState.state,
  kept,
  left: left.assignedLicenses.length,
});
