// The pool model through its typed models: allotments with days without a time, who is assigned, what one may use.
import {
  createAllotmentCollectionResponseFromDiscriminatorValue, createAssignmentCollectionResponseFromDiscriminatorValue, createUsageRightFromDiscriminatorValue,
  createWaitingMemberCollectionResponseFromDiscriminatorValue, createAssignmentErrorCollectionResponseFromDiscriminatorValue,
} from "@microsoft/msgraph-beta-sdk/models/cloudLicensing/index.js";
import { createUserFromDiscriminatorValue, serializeUser } from "@microsoft/msgraph-beta-sdk/models/index.js";
import { DateOnly } from "@microsoft/kiota-abstractions";
import { get, post, tell } from "./client.mjs";

const admin = "/admin/cloudLicensing";
const [pool] = (await get(`${admin}/allotments?$filter=skuPartNumber eq 'CPC_E_4C_16GB_512GB'`, createAllotmentCollectionResponseFromDiscriminatorValue)).value;
const name = `pool-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const user = await post("/users", {
  accountEnabled: true, displayName: name, mailNickname: name, userPrincipalName: `${name}@contoso.example`, usageLocation: "US", passwordProfile: { password: "never-used-1A" },
}, serializeUser, createUserFromDiscriminatorValue);
await post(`/users/${user.id}/assignLicense`, { addLicenses: [{ skuId: pool.skuId }], removeLicenses: [] }, null, createUserFromDiscriminatorValue);
const [own] = (await get(`/users/${user.id}/cloudLicensing/assignments?$expand=allotment,assignedTo`, createAssignmentCollectionResponseFromDiscriminatorValue)).value;
// A collection of usage rights has no model of its own.
const [first] = (await get(`/users/${user.id}/cloudLicensing/usageRights`, createAllotmentCollectionResponseFromDiscriminatorValue)).value;
const right = await get(`/users/${user.id}/cloudLicensing/usageRights/${first.id}`, createUsageRightFromDiscriminatorValue);
const after = (await get(`${admin}/allotments?$filter=skuId eq ${pool.skuId}`, createAllotmentCollectionResponseFromDiscriminatorValue)).value[0];
const waiting = await get(`${admin}/allotments/${pool.id}/waitingMembers`, createWaitingMemberCollectionResponseFromDiscriminatorValue);
const errors = await get(`${admin}/assignmentErrors?$top=2`, createAssignmentErrorCollectionResponseFromDiscriminatorValue);

tell({
  services: pool.services.map((service) => service.planName),
  purchases: pool.subscriptions.map((one) => [typeof one.subscriptionId, one.startDate instanceof DateOnly]),
  taken: after.consumedUnits - pool.consumedUnits,
  own: [own.allotment.id === pool.id, own.assignedTo.userPrincipalName, own.disabledServicePlanIds.length],
  right: [right.skuPartNumber, right.services.map((service) => service.planName)],
  waiting: waiting.value.length,
  errors: errors.value.map((error) => [typeof error.code, typeof error.message, error.occurrenceDateTime instanceof Date]),
});
