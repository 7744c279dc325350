// Cloud PCs of shared mode made anew through the typed models: a schedule with its zone, and the result of a run.
import {
  createCloudPcPolicyApplyActionResultFromDiscriminatorValue, createCloudPcPolicyScheduledApplyActionDetailFromDiscriminatorValue,
  createCloudPcProvisioningPolicyFromDiscriminatorValue, serializeCloudPcPolicyScheduledApplyActionDetail, serializeCloudPcProvisioningPolicy,
} from "@microsoft/msgraph-beta-sdk/models/index.js";
import { act, get, post, tell } from "./client.mjs";

const path = "/deviceManagement/virtualEndpoint/provisioningPolicies";
const made = await post(path, {
  displayName: `Pool ${process.pid}-${Math.random().toString(36).slice(2, 8)}`, provisioningType: "sharedByEntraGroup", imageType: "gallery",
  imageId: "microsoftwindowsdesktop_windows-ent-cpc_win11-24h2-ent-cpc", domainJoinConfigurations: [{ domainJoinType: "azureADJoin", regionName: "westeurope" }],
}, serializeCloudPcProvisioningPolicy, createCloudPcProvisioningPolicyFromDiscriminatorValue);
const schedule = () => get(`${path}/${made.id}/retrievePolicyApplySchedule`, createCloudPcPolicyScheduledApplyActionDetailFromDiscriminatorValue);
const result = () => get(`${path}/${made.id}/retrievePolicyApplyActionResult`, createCloudPcPolicyApplyActionResultFromDiscriminatorValue);
const plan = (body) => act(`${path}/${made.id}/schedulePolicyApplyTask`, body, serializeCloudPcPolicyScheduledApplyActionDetail);
const shown = (one) => [one.reservePercentage, one.isForceUserLogoffEnabled, one.cronScheduleExpression, one.nextRunDateTime, one.startDateTime, one.endDateTime, one.timezone].map((value) => value ?? null);

const before = [shown(await schedule()), (await result()) ?? null];
await plan({ reservePercentage: 50, cronScheduleExpression: "0 0 0 20 * *", startDateTime: "2099-03-12 00:00:00", timezone: "cst" });
const monthly = await schedule();
await plan({ ...monthly, reservePercentage: 0, isForceUserLogoffEnabled: true, endDateTime: "2099-03-20 08:00:01" });
await act(`${path}/${made.id}/apply`, { reservePercentage: 27, isForceUserLogoffEnabled: false });
const run = await result();
let refused;
try {
  await act(`${path}/${made.id}/apply`, { reservePercentage: 1, isForceUserLogoffEnabled: true });
} catch (error) {
  refused = [error.responseStatusCode, error.errorEscaped?.message];
}

tell({
  before,
  monthly: shown(monthly),
  last: shown(await schedule()),
  run: [run.status, run.startDateTime instanceof Date, run.finishDateTime instanceof Date],
  refused,
});
