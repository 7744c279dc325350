// Cloud apps through the typed models: what the image has, an app by its path with details that are a subtype, and a refusal.
import {
  createCloudPcCloudAppCollectionResponseFromDiscriminatorValue, createCloudPcCloudAppFromDiscriminatorValue, createCloudPcProvisioningPolicyFromDiscriminatorValue,
  createGroupFromDiscriminatorValue, serializeCloudPcCloudApp, serializeCloudPcProvisioningPolicy, serializeGroup,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { get, patch, post, tell } from "./client.mjs";

const path = "/deviceManagement/virtualEndpoint";
const alias = `beta-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
const policy = await post(`${path}/provisioningPolicies`, {
  displayName: `Apps ${alias}`, provisioningType: "sharedByEntraGroup", userExperienceType: "cloudApp", imageType: "gallery",
  imageId: "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", domainJoinConfigurations: [{ domainJoinType: "azureADJoin", regionName: "westeurope" }],
}, serializeCloudPcProvisioningPolicy, createCloudPcProvisioningPolicyFromDiscriminatorValue);
const group = await post("/groups", { displayName: `Group ${alias}`, mailEnabled: false, mailNickname: alias, securityEnabled: true }, serializeGroup, createGroupFromDiscriminatorValue);
await post(`${path}/provisioningPolicies/${policy.id}/assign`, {
  assignments: [{ target: { groupId: group.id, servicePlanId: "64981bdb-a5a6-4a22-869f-a9455366d5bc", allotmentDisplayName: "Nurses", allotmentLicensesCount: 0 } }],
}, null, createCloudPcProvisioningPolicyFromDiscriminatorValue);
const found = await get(`${path}/cloudApps?$filter=provisioningPolicyId eq '${policy.id}'`, createCloudPcCloudAppCollectionResponseFromDiscriminatorValue);
const made = await post(`${path}/cloudApps`, {
  displayName: "Ledger", discoveredAppName: "Ledger", provisioningPolicyId: policy.id, description: "Books",
  appDetail: { odataType: "#microsoft.graph.cloudPcFilePathAppDetail", filePath: "C:\\Apps\\ledger.exe", commandLineArguments: "-x", iconIndex: 2 },
}, serializeCloudPcCloudApp, createCloudPcCloudAppFromDiscriminatorValue);
const read = await get(`${path}/cloudApps/${made.id}`, createCloudPcCloudAppFromDiscriminatorValue);
const refused = await patch(`${path}/cloudApps/${made.id}`, { description: "Not yet" }, serializeCloudPcCloudApp).then(() => null, (error) => error);

tell({
  names: found.value.map((app) => app.displayName),
  kinds: [found.value[0], read].map((app) => app.appDetail.odataType),
  app: [read.displayName, read.discoveredAppName, read.description, read.appStatus, read.availableToUser],
  detail: [read.appDetail.filePath, read.appDetail.commandLineArguments, read.appDetail.iconIndex],
  added: read.addedDateTime instanceof Date,
  policy: read.provisioningPolicyId === policy.id,
  refused: [refused?.responseStatusCode, refused?.errorEscaped?.code],
});
