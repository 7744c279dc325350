// Provisioning policies of Frontline through the typed models: members of enumerations that came late, and a target that is a subtype.
import {
  createCloudPcProvisioningPolicyAssignmentCollectionResponseFromDiscriminatorValue, createCloudPcProvisioningPolicyCollectionResponseFromDiscriminatorValue,
  createCloudPcProvisioningPolicyFromDiscriminatorValue, createGroupFromDiscriminatorValue, serializeCloudPcProvisioningPolicy, serializeGroup,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { get, patch, post, tell } from "./client.mjs";

const path = "/deviceManagement/virtualEndpoint/provisioningPolicies";
const alias = `beta-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const made = await post(path, {
  displayName: `Apps ${alias}`, description: "Typed", provisioningType: "sharedByEntraGroup", userExperienceType: "cloudApp", imageType: "gallery",
  imageId: "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", domainJoinConfigurations: [{ domainJoinType: "azureADJoin", regionName: "westeurope" }],
  userSettingsPersistenceConfiguration: { userSettingsPersistenceEnabled: true, userSettingsPersistenceStorageSizeCategory: "sixteenGB" },
  autopilotConfiguration: { devicePreparationProfileId: "profile", applicationTimeoutInMinutes: 30, onFailureDeviceAccessDenied: true }, scopeIds: ["0"], snapshotResetMode: "disabled",
}, serializeCloudPcProvisioningPolicy, createCloudPcProvisioningPolicyFromDiscriminatorValue);
const group = await post("/groups", { displayName: `Group ${alias}`, mailEnabled: false, mailNickname: alias, securityEnabled: true }, serializeGroup, createGroupFromDiscriminatorValue);
await post(`${path}/${made.id}/assign`, {
  assignments: [{ target: {
    "@odata.type": "microsoft.graph.cloudPcManagementGroupAssignmentTarget", groupId: group.id, servicePlanId: "64981bdb-a5a6-4a22-869f-a9455366d5bc",
    allotmentDisplayName: "Nurses", allotmentLicensesCount: 0,
  } }],
}, null, createCloudPcProvisioningPolicyFromDiscriminatorValue);
await patch(`${path}/${made.id}`, { description: "Typed again" }, serializeCloudPcProvisioningPolicy);
const read = await get(`${path}/${made.id}?$expand=assignments`, createCloudPcProvisioningPolicyFromDiscriminatorValue);
const assignments = await get(`${path}/${made.id}/assignments`, createCloudPcProvisioningPolicyAssignmentCollectionResponseFromDiscriminatorValue);
const found = await get(`${path}?$filter=displayName eq 'Apps ${alias}'&$expand=assignments`, createCloudPcProvisioningPolicyCollectionResponseFromDiscriminatorValue);

tell({
  id: made.id,
  group: group.id,
  types: [read.provisioningType, read.userExperienceType, read.imageType, read.snapshotResetMode],
  description: read.description,
  created: read.createdDateTime instanceof Date,
  grace: read.gracePeriodInHours,
  persistence: read.userSettingsPersistenceConfiguration.userSettingsPersistenceStorageSizeCategory,
  autopilot: [read.autopilotConfiguration.applicationTimeoutInMinutes, read.autopilotConfiguration.onFailureDeviceAccessDenied],
  joins: read.domainJoinConfigurations.map((join) => [join.domainJoinType, join.regionName, join.geographicLocationType]),
  targets: [read, found.value[0]].flatMap((policy) => policy.assignments).concat(assignments.value)
    .map(({ target }) => [target.groupId, target.servicePlanId, target.allotmentDisplayName, target.allotmentLicensesCount]),
});
