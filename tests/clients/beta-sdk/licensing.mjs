// Licenses through the typed models: what the generated code reads is what it knows by name and type.
import {
  createGroupCollectionResponseFromDiscriminatorValue, createGroupFromDiscriminatorValue, createLicenseDetailsCollectionResponseFromDiscriminatorValue,
  createSubscribedSkuCollectionResponseFromDiscriminatorValue, createUserFromDiscriminatorValue, serializeGroup, serializeUser,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { get, patch, post, tell } from "./client.mjs";

const alias = `beta-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const sku = (await get("/subscribedSkus", createSubscribedSkuCollectionResponseFromDiscriminatorValue)).value.find((one) => one.skuPartNumber === "CPC_E_4C_16GB_512GB");
const user = await post("/users", {
  accountEnabled: true, displayName: `Somebody ${alias}`, mailNickname: alias, userPrincipalName: `${alias}@contoso.example`, usageLocation: "US",
  passwordProfile: { password: "never-used-1A", forceChangePasswordNextSignIn: true },
}, serializeUser, createUserFromDiscriminatorValue);
await patch(`/users/${user.id}`, { department: "Typed" }, serializeUser);
const licensed = await post(`/users/${user.id}/assignLicense`, { addLicenses: [{ disabledPlans: [], skuId: `${sku.skuId}` }], removeLicenses: [] }, null, createUserFromDiscriminatorValue);
const read = await get(`/users/${user.id}?$select=id,department,usageLocation,assignedLicenses,assignedPlans,licenseAssignmentStates`, createUserFromDiscriminatorValue);
const details = await get(`/users/${user.id}/licenseDetails`, createLicenseDetailsCollectionResponseFromDiscriminatorValue);
const group = await post("/groups", { displayName: `Group ${alias}`, mailEnabled: false, mailNickname: alias, securityEnabled: true }, serializeGroup, createGroupFromDiscriminatorValue);
const found = await get(`/groups?$filter=displayName eq 'Group ${alias}'`, createGroupCollectionResponseFromDiscriminatorValue);
let refused;
try {
  await post(`/users/${user.id}/assignLicense`, { addLicenses: [{ disabledPlans: [], skuId: user.id }], removeLicenses: [] }, null, createUserFromDiscriminatorValue);
} catch (error) {
  refused = { status: error.responseStatusCode, code: error.errorEscaped?.code, message: error.errorEscaped?.message };
}

tell({
  enabled: sku.prepaidUnits.enabled,
  plans: sku.servicePlans.map((plan) => typeof plan.servicePlanId),
  user: user.id,
  licensed: licensed.assignedLicenses.length,
  department: read.department,
  licenses: read.assignedLicenses.map((one) => `${one.skuId}`),
  states: read.licenseAssignmentStates.map((one) => ({ state: one.state, error: one.errorEscaped, updated: one.lastUpdatedDateTime instanceof Date })),
  planned: read.assignedPlans.map((plan) => plan.capabilityStatus),
  skuId: `${sku.skuId}`,
  details: details.value.map((one) => one.skuPartNumber),
  created: group.createdDateTime instanceof Date,
  found: found.value.map((one) => one.id === group.id),
  refused,
});
