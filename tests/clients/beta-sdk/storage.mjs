// What users of shared Cloud PCs keep, through the typed models: the newest policy that a test calls "Kept", with somebody's storage that is connected to nothing.
import {
  createCloudPcProvisioningPolicyAssignmentCollectionResponseFromDiscriminatorValue, createCloudPcProvisioningPolicyCollectionResponseFromDiscriminatorValue,
  createCloudPCUserSettingsPersistenceDetailFromDiscriminatorValue, createCloudPCUserSettingsPersistenceProfileFromDiscriminatorValue,
  createCloudPCUserSettingsPersistenceUsageResultFromDiscriminatorValue,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { get, post, tell } from "./client.mjs";

// The package has no model for the answer of a function.
const profilesOf = (answer = {}) => ({ value: (node) => { answer.value = node.getCollectionOfObjectValues(createCloudPCUserSettingsPersistenceProfileFromDiscriminatorValue); } });

const policies = "/deviceManagement/virtualEndpoint/provisioningPolicies";
const kept = (await get(`${policies}?$filter=startswith(displayName,'Kept')`, createCloudPcProvisioningPolicyCollectionResponseFromDiscriminatorValue)).value
  .sort((one, other) => other.createdDateTime - one.createdDateTime)[0];
const [assignment] = (await get(`${policies}/${kept.id}/assignments`, createCloudPcProvisioningPolicyAssignmentCollectionResponseFromDiscriminatorValue)).value;
const path = `${policies}/${kept.id}/assignments/${assignment.id}/userSettingsPersistenceDetail`;
const detail = await get(path, createCloudPCUserSettingsPersistenceDetailFromDiscriminatorValue);
const usageOf = () => get(`${path}/retrieveUserSettingsPersistenceProfileUsage(configurationId='${detail.id}')`, createCloudPCUserSettingsPersistenceUsageResultFromDiscriminatorValue);
const listOf = async () => (await get(`${path}/retrieveUserSettingsPersistenceProfiles(configurationId='${detail.id}')`, () => profilesOf)).value;
const figures = ({ totalAllocatedStorageInGB, remainingAvailableStorageInGB, usedStorageInGB }) => [totalAllocatedStorageInGB, remainingAvailableStorageInGB, usedStorageInGB];

const before = await usageOf();
const [profile] = await listOf();
await post(`${path}/batchCleanupUserSettingsPersistenceProfile`, { configurationId: detail.id, cloudProfileIds: [profile.profileId] }, null, createCloudPCUserSettingsPersistenceDetailFromDiscriminatorValue);

tell({
  policy: kept.id,
  grace: detail.gracePeriodEndDateTime ?? null,
  before: figures(before),
  profile: [profile.userPrincipalName, profile.profileSizeInGB, profile.status, profile.lastProfileAttachedDateTime instanceof Date],
  after: figures(await usageOf()),
  left: (await listOf()).length,
});
